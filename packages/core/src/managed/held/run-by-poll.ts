import { accept } from '../../authorize/conclude.ts'
import { enforceRequirement } from '../../authorize/enforce-requirement.ts'
import { AAuthError, isAAuthError } from '../../errors/aauth-error.ts'
import { completeRefusal } from '../../errors/pending-step-up.ts'
import { decideWithin, within } from '../../limits/deadline.ts'
import { assertIssuerTrusted } from '../../resource/trusted-issuers.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { assertStillGood } from '../../verify/assert-still-good.ts'
import { noteCaller } from '../../verify/known-caller.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import type { HeldPoll, ManagedContext } from '../managed-context.ts'
import { accountOf } from './account.ts'
import { asHeldCall, asRequest, type ProposedCall } from './call.ts'
import { type ChallengeFields, challengeFields, heldAnswer } from './held-answer.ts'
import { challengeFor } from './held-challenge.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import { contended, type FoundHeld, type HeldRecords, reservedFor } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import type { HeldRuns } from './held-runs.ts'
import {
  approvedBy,
  assertApproved,
  checkProposal,
  operationDenied,
  type PerCallOptions,
  standingOfOperation,
} from './per-call.ts'
import { assertNotLater, type Proposals } from './proposals.ts'
import { VerifiedForHeld } from './verified-for-held.ts'

/** Decides whether a poll may run its held call, and begins to run it. */
export class RunByPoll {
  readonly #managed: ManagedContext
  readonly #records: HeldRecords
  readonly #runs: HeldRuns
  readonly #proposals: Proposals

  constructor(managed: ManagedContext, records: HeldRecords, runs: HeldRuns, proposals: Proposals) {
    this.#managed = managed
    this.#records = records
    this.#runs = runs
    this.#proposals = proposals
  }

  /**
   * Begins to run the call if the route, as it is now, accepts the poller (DEFER-6). Somebody else may be faster.
   * @throws {AAuthError} a 202 with a resource token, or a refusal (the promise rejects)
   */
  async begin(
    poll: HeldPoll,
    found: FoundHeld,
    route: HeldRoute | undefined,
    claim: HeldClaim,
  ): Promise<void> {
    const { state } = this.#managed
    if (route === undefined)
      throw new AAuthError('denied', {
        hint: `no held route has the name ${JSON.stringify(found.record.route)}`,
      })
    const call = asRequest(found)
    const verified = new VerifiedForHeld(state, poll.verified, call)
    const auth = await this.#enforce(poll, found, verified, call, route)
    const { perCall } = route
    if (perCall !== undefined) await this.#assertApproved(poll, found, verified, { ...route, perCall }, auth)
    const isClaimed = found.record.claims.some(({ iss, jti }) => iss === claim.iss && jti === claim.jti)
    // A token runs one held call, and nothing else.
    const refuseClaimed = async (): Promise<void> => {
      const claimed = isClaimed ? undefined : await this.#records.claimedBy(claim)
      if (claimed !== undefined && claimed !== found.id)
        throw this.#pending(poll, await challengeFor(state, verified, call, route, found.record.proposal))
    }
    // Before it is recorded that the call may run.
    await refuseClaimed()
    if (poll.isAccepted !== true) {
      // A call that cannot be recorded does not run. The poll itself is recorded when it is answered, which is later.
      noteCaller(call, { state, verified })
      await accept(state, { point: 'guard', request: call, requirement: route.name })
    }
    await within(state, 'the stores', assertStillGood(state, verified))
    const verdict = await this.#runs.begin(route, found, auth, isClaimed ? undefined : claim)
    if (verdict === 'claimed') await refuseClaimed()
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
      throw this.#pending(poll, await challengeFor(state, verified, call, route, found.record.proposal))
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
   * Whether the call itself is approved, where the token says that it must be (R3 §9.1, §10.2). If the proposal was made for
   * this call, its parameters need not be compared, since the call was not sent again.
   */
  async #assertApproved(
    poll: HeldPoll,
    found: FoundHeld,
    verified: VerifiedForHeld,
    route: HeldRoute & { readonly perCall: PerCallOptions },
    auth: PersonTokenAuth,
  ): Promise<void> {
    const { state } = this.#managed
    const { perCall } = route
    const { record, content } = found
    const { key: _, ...call } = asHeldCall(record.call, content, auth, found.id)
    const standing = standingOfOperation(auth, perCall.operation(call))
    if (standing === 'none') throw operationDenied()
    const { proposal } = record
    if (proposal === null && standing === 'granted') {
      // A token that approves one call must not run another one.
      const approved = await approvedBy(state, auth, perCall)
      if (approved === undefined) return
      await assertApproved(state, approved, call, perCall)
      return this.#proposals.assertMadeFor(auth, call, perCall)
    }
    if (proposal !== null && standing === 'granted' && auth.claims?.r3_s256 === proposal.s256) {
      assertNotLater(auth, proposal.exp)
      // What was asked for with a token that was revoked since.
      return this.#proposals.assertMadeFor(auth, call, perCall)
    }
    const asked = proposal ?? { ...(await checkProposal(state, call, perCall)), exp: auth.exp }
    if (proposal === null) await this.#propose(found, asked, route, auth, call)
    throw this.#pending(poll, await challengeFor(state, verified, asRequest(found), route, asked))
  }

  async #propose(
    found: FoundHeld,
    proposal: NonNullable<HeldRecord['proposal']>,
    { maxResult, perCall }: HeldRoute & { readonly perCall: PerCallOptions },
    auth: PersonTokenAuth,
    call: ProposedCall,
  ): Promise<void> {
    const { record, content, expires } = found
    const change = { record: { ...record, proposal }, content, expires, reserved: reservedFor(maxResult) }
    await this.#proposals.remember(proposal, auth, call, perCall)
    if ((await this.#records.replace(found, change)) !== 'replaced') throw contended()
  }

  #pending({ id }: HeldPoll, fields?: ChallengeFields): AAuthError {
    return heldAnswer(this.#managed.state, id, fields)
  }
}
