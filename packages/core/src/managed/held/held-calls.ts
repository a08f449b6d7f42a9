import { enforceRequirement } from '../../authorize/enforce-requirement.ts'
import { AAuthError, isAAuthError } from '../../errors/aauth-error.ts'
import type { Answer } from '../../errors/answer.ts'
import { completeRefusal } from '../../errors/pending-step-up.ts'
import { askForAuthToken } from '../../issue/challenge.ts'
import { decideWithin, startTimer, within } from '../../limits/deadline.ts'
import { assertIssuerTrusted } from '../../resource/trusted-issuers.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { assertStillGood } from '../../verify/assert-still-good.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import type { HeldPending, HeldPoll, ManagedContext } from '../managed-context.ts'
import { isSameOwner, type Owner } from '../owner.ts'
import type { PendingId } from '../pending-id.ts'
import { accountOf } from './account.ts'
import { asHeldCall, asRequest } from './call.ts'
import { challengeFields, heldAnswer } from './held-answer.ts'
import { longestWait } from './held-limits.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import { type FoundHeld, HeldRecords, maxConflicts, reservedFor } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { HeldRuns } from './held-runs.ts'
import {
  approvedBy,
  assertApproved,
  checkProposal,
  claimsOf,
  operationDenied,
  type PerCallOptions,
  standingOfOperation,
} from './per-call.ts'
import { VerifiedForHeld } from './verified-for-held.ts'

/** The held calls of one resource, as its pending URLs reach them. */
export class HeldCalls implements HeldPending {
  readonly records: HeldRecords
  readonly runs: HeldRuns
  readonly #managed: ManagedContext
  readonly #routes = new Map<string, HeldRoute>()

  constructor(managed: ManagedContext) {
    this.#managed = managed
    this.records = new HeldRecords(managed)
    this.runs = new HeldRuns(managed)
  }

  /** @throws {TypeError} for a second route of a name, since records name their route */
  add(route: HeldRoute): void {
    if (this.#routes.has(route.name))
      throw new TypeError(
        `"name" is ${JSON.stringify(route.name)}, which another held route has: choose another`,
      )
    this.#routes.set(route.name, route)
  }

  /** @throws {AAuthError} `gone`, or `denied` for what has begun (the promise rejects) */
  async cancel({ owner, id }: HeldPoll): Promise<Answer> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#find(id, owner)
      if (found.record.state !== 'waiting') throw gone()
      const record: HeldRecord = { ...found.record, state: 'cancelled' }
      const change = { record, content: new Uint8Array(), expires: found.expires }
      if ((await this.records.replace(found, change)) !== 'conflict')
        return { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }
    }
    throw contended()
  }

  /**
   * Answers a poll: with the result, once there is one for its auth token, and otherwise with a 202 (R11-181 to R11-188).
   * @throws {AAuthError} a 202, or a refusal (the promise rejects)
   */
  async poll(poll: HeldPoll): Promise<Answer> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      // Known before the record is read: a run that ends in between has changed what was read.
      const running = this.runs.running(poll.id.id)
      const found = await this.#find(poll.id, poll.owner)
      const answered = await this.#pollFound(poll, found, running)
      if (answered !== undefined) return answered
    }
    throw contended()
  }

  /** `undefined` if the record has changed. */
  async #pollFound(
    poll: HeldPoll,
    found: FoundHeld,
    begun: Promise<void> | undefined,
  ): Promise<Answer | undefined> {
    const { record } = found
    const claim = claimOf(poll.verified)
    const isOurs =
      claim !== undefined && record.claims.some(({ iss, jti }) => iss === claim.iss && jti === claim.jti)
    const route = this.#routes.get(record.route)
    switch (record.state) {
      case 'done':
        if (!isOurs || record.result === null) throw gone()
        return { ...record.result, body: new TextDecoder().decode(found.content) }
      case 'cancelled':
        throw gone()
      case 'unknown':
        if (!record.isTold) await this.runs.tell(route, found)
        throw new AAuthError('server_error', {
          detail: 'The call was begun, and its outcome is unknown.',
          hint: `the outcome of the held call ${found.id} is unknown: find out, and call recordOutcome`,
          permanent: true,
        })
      case 'running':
        return this.#pollRunning(poll, found, route, claim, isOurs ? 'ours' : 'other', begun)
      case 'waiting':
        if (claim === undefined) throw this.#pending(poll, await this.#renewedChallenge(poll, found, route))
        return this.#tryToRun(poll, found, route, claim)
    }
  }

  async #pollRunning(
    poll: HeldPoll,
    found: FoundHeld,
    route: HeldRoute | undefined,
    claim: HeldClaim | undefined,
    whose: 'ours' | 'other',
    begun: Promise<void> | undefined,
  ): Promise<Answer | undefined> {
    const running = this.runs.running(found.id) ?? begun
    if (running !== undefined) {
      // Others learn that it still runs.
      if (whose === 'other' || !(await settledWithin(running, longestWait))) throw this.#pending(poll)
      return undefined
    }
    if (claim !== undefined && this.runs.neverBegan(found)) return this.#tryToRun(poll, found, route, claim)
    if (this.#managed.state.settings.now() < found.record.lease) throw this.#pending(poll)
    if (route?.idempotent !== true) {
      await this.runs.giveUp(found)
      return undefined
    }
    if (claim === undefined) throw this.#pending(poll)
    return this.#tryToRun(poll, found, route, claim)
  }

  /** Runs the call if the route, as it is now, accepts the poller (DEFER-6). */
  async #tryToRun(
    poll: HeldPoll,
    found: FoundHeld,
    route: HeldRoute | undefined,
    claim: HeldClaim,
  ): Promise<Answer | undefined> {
    const { state } = this.#managed
    if (route === undefined)
      throw new AAuthError('denied', {
        hint: `no held route has the name ${JSON.stringify(found.record.route)}`,
      })
    const call = asRequest(found)
    const verified = new VerifiedForHeld(state, poll.verified, call)
    const auth = await this.#enforce(poll, found, verified, call, route)
    if (route.perCall !== undefined)
      await this.#assertApproved(poll, found, verified, route.perCall, route, auth)
    await within(state, 'the stores', assertStillGood(state, verified))
    const isClaimed = found.record.claims.some(({ iss, jti }) => iss === claim.iss && jti === claim.jti)
    const verdict = await this.runs.begin(route, found, auth, isClaimed ? undefined : claim)
    if (verdict === 'claimed') {
      // A token runs one held call, and nothing else.
      if ((await this.records.claimedBy(claim)) === found.id) return undefined
      throw this.#pending(poll, await this.#challenge(found, verified, call, route))
    }
    return undefined
  }

  /** @throws {AAuthError} a 202 with a resource token if the token grants too little (R11-186), or a refusal */
  async #enforce(
    poll: HeldPoll,
    found: FoundHeld,
    verified: VerifiedForHeld,
    call: SignedRequest,
    route: HeldRoute,
  ): Promise<PersonTokenAuth> {
    const { state } = this.#managed
    const { claims } = verified.token
    assertIssuerTrusted(state, route.compiled.trust, claims)
    const account = accountOf(route.compiled, call, verified.transport)
    if (account !== undefined && claims.account !== account)
      throw this.#pending(poll, await this.#challenge(found, verified, call, route))
    try {
      const auth = await decideWithin(state, (deadline) =>
        enforceRequirement(state, call, verified, route.compiled, deadline),
      )
      return auth as PersonTokenAuth
    } catch (error) {
      const refusal = isAAuthError(error) ? await completeRefusal(error) : error
      if (!isAAuthError(refusal) || refusal.code !== 'auth_token_required') throw refusal
      throw this.#pending(poll, challengeFields(refusal))
    }
  }

  /**
   * Whether the call itself is approved, where the token says that it must be (R3 §9.1, §10.2). The call was not sent again,
   * so its parameters need not be compared.
   */
  async #assertApproved(
    poll: HeldPoll,
    found: FoundHeld,
    verified: VerifiedForHeld,
    perCall: PerCallOptions,
    route: HeldRoute,
    auth: PersonTokenAuth,
  ): Promise<void> {
    const { state } = this.#managed
    const { record, content } = found
    const { key: _, ...call } = asHeldCall(record.call, content, auth, found.id)
    const standing = standingOfOperation(auth, perCall.operation(call))
    if (standing === 'none') throw operationDenied()
    const { proposal } = record
    if (proposal === null && standing === 'granted') {
      // A token that approves one call must not run another one.
      const approved = await approvedBy(state, auth, perCall)
      if (approved !== undefined) await assertApproved(state, approved, call, perCall)
      return
    }
    if (proposal !== null && standing === 'granted' && auth.claims?.r3_s256 === proposal.s256) {
      // Approval does not outlive the token that it was asked for with.
      if (auth.exp <= proposal.exp) return
      throw new AAuthError('access_denied', {
        hint: 'the per-call token expires later than the token that was presented with the call: it must not',
      })
    }
    const asked = proposal ?? { ...(await checkProposal(state, call, perCall)), exp: auth.exp }
    const changed: HeldRecord = { ...record, proposal: asked }
    if (proposal === null) {
      const change = {
        record: changed,
        content,
        expires: found.expires,
        reserved: reservedFor(route.maxResult),
      }
      if ((await this.records.replace(found, change)) !== 'replaced') throw contended()
    }
    throw this.#pending(poll, await this.#challenge({ record: changed }, verified, asRequest(found), route))
  }

  /** A resource token for what the call needs. */
  async #challenge(
    { record: { proposal } }: Pick<FoundHeld, 'record'>,
    verified: VerifiedRequest,
    call: SignedRequest,
    { compiled }: HeldRoute,
  ): Promise<Readonly<Record<string, string>>> {
    const { state } = this.#managed
    const account = accountOf(compiled, call, verified.transport)
    const asked = askForAuthToken(
      state,
      verified,
      compiled,
      account,
      proposal === null ? undefined : claimsOf(proposal),
    )
    return challengeFields(await within(state, 'the issuing of a resource token', asked))
  }

  /** A new resource token, if the first one has expired (R11-184). */
  async #renewedChallenge(
    poll: HeldPoll,
    found: FoundHeld,
    route: HeldRoute | undefined,
  ): Promise<Readonly<Record<string, string>> | undefined> {
    const { state } = this.#managed
    if (route === undefined || state.settings.now() < found.record.redeemable) return undefined
    const call = asRequest(found)
    return this.#challenge(found, new VerifiedForHeld(state, poll.verified, call), call, route)
  }

  #pending({ id }: HeldPoll, fields?: Readonly<Record<string, string>>): AAuthError {
    return heldAnswer(this.#managed.state, id, fields)
  }

  async #find({ id }: PendingId, owner: Owner): Promise<FoundHeld> {
    const found = await this.records.find(id)
    if (found === undefined) throw gone()
    if (!isSameOwner(found.record.owner, owner))
      throw new AAuthError('not_found', { hint: 'the pending URL does not belong to this caller' })
    if (found.ended !== undefined) throw endedBy(found.ended)
    return found
  }
}

/** The auth token of a poll, if it is one of draft 11. */
function claimOf({ token: { claims } }: VerifiedRequest): HeldClaim | undefined {
  const { kind, generation, iss, jti, exp } = claims
  return kind === 'auth-token' && generation === 'person-token' ? { iss, jti, exp } : undefined
}

async function settledWithin(running: Promise<void>, milliseconds: number): Promise<boolean> {
  let stop: () => void = () => undefined
  const late = new Promise<boolean>((resolve) => {
    stop = startTimer(milliseconds, () => resolve(false))
  })
  const settled = await Promise.race([running.then(() => true), late])
  stop()
  return settled
}

function endedBy(reason: string): AAuthError {
  return reason === 'mission_terminated'
    ? new AAuthError('mission_terminated', { hint: 'the mission of the held call was terminated' })
    : new AAuthError('revoked', {
        hint: 'the held call was ended, or the token that it was made with was revoked',
      })
}

function gone(): AAuthError {
  return new AAuthError('gone', { hint: 'the held call is over, or was run with another auth token' })
}

function contended(): AAuthError {
  return new AAuthError('server_error', { hint: 'the held call changed with each attempt', retryAfter: 1 })
}
