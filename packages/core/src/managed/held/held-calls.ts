import { AAuthError } from '../../errors/aauth-error.ts'
import type { Answer } from '../../errors/answer.ts'
import { startTimer } from '../../limits/deadline.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { HeldPending, HeldPoll, ManagedContext } from '../managed-context.ts'
import { isSameOwner, type Owner } from '../owner.ts'
import type { PendingId } from '../pending-id.ts'
import { type ChallengeFields, heldAnswer } from './held-answer.ts'
import { renewedChallenge } from './held-challenge.ts'
import { longestWait } from './held-limits.ts'
import { HeldOutcomes } from './held-outcomes.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import { contended, type FoundHeld, HeldRecords, maxConflicts } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { HeldRuns } from './held-runs.ts'
import { Proposals } from './proposals.ts'
import { RunByPoll } from './run-by-poll.ts'
import { UnknownOutcomes } from './unknown-outcomes.ts'

/** A byte order mark is part of a result. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** The held calls of one resource, as its pending URLs reach them. */
export class HeldCalls implements HeldPending {
  readonly records: HeldRecords
  readonly outcomes: HeldOutcomes
  readonly runs: HeldRuns
  readonly proposals: Proposals
  readonly unknown: UnknownOutcomes
  readonly #managed: ManagedContext
  readonly #byPoll: RunByPoll
  readonly #routes = new Map<string, HeldRoute>()

  constructor(managed: ManagedContext) {
    this.#managed = managed
    this.records = new HeldRecords(managed)
    this.outcomes = new HeldOutcomes(managed, this.records)
    this.runs = new HeldRuns(managed, this.records, this.outcomes)
    this.proposals = new Proposals(managed)
    this.#byPoll = new RunByPoll(managed, this.records, this.runs, this.proposals)
    const { records, outcomes, runs } = this
    this.unknown = new UnknownOutcomes(managed, { records, outcomes, runs, routes: this.#routes })
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
    try {
      return await this.#poll(poll)
    } finally {
      this.unknown.reportIfDue()
    }
  }

  async #poll(poll: HeldPoll): Promise<Answer> {
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
        return { ...record.result, body: utf8.decode(found.content) }
      case 'cancelled':
        throw gone()
      case 'unknown':
        if (!record.isTold) await this.outcomes.tell(route, found.id)
        throw new AAuthError('server_error', {
          detail: 'The call was begun, and its outcome is unknown.',
          hint: `the outcome of the held call ${found.id} is unknown: find out, and call recordOutcome`,
          permanent: true,
        })
      case 'running':
        return this.#pollRunning(poll, found, route, claim, isOurs ? 'ours' : 'other', begun)
      case 'waiting':
        if (claim === undefined) {
          const renewed = await renewedChallenge(this.#managed.state, poll.verified, found, route)
          throw this.#pending(poll, renewed)
        }
        await this.#byPoll.begin(poll, found, route, claim)
        return undefined
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
    const isOver = this.#managed.state.settings.now() >= found.record.lease
    // Only a process that has the route knows whether the call may be run again.
    if (isOver && route?.idempotent === false && !this.runs.neverBegan(found)) {
      await this.outcomes.giveUp(found)
      return undefined
    }
    if (claim === undefined || !(isOver || this.runs.neverBegan(found))) throw this.#pending(poll)
    await this.#byPoll.begin(poll, found, route, claim)
    return undefined
  }

  #pending({ id }: HeldPoll, fields?: ChallengeFields): AAuthError {
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
