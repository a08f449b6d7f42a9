import type { AAuthError } from '../errors/aauth-error.ts'
import type { MissionStatus } from '../resource/mission-monitor.ts'
import { endMission, missionTerminated, statusUnavailable } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { storeDeadline } from '../stores/checked-call.ts'
import {
  type FoundStatus,
  forgetStatus,
  getStatus,
  putStatus,
  type StatusAnswer,
  type StatusName,
  type StatusStore,
} from '../stores/status-store.ts'
import type { MayWait } from '../stores/store-kind.ts'
import { findTombstone } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { missionKey } from '../token/names.ts'
import { quoted } from '../wire/quoted.ts'
import { awaitTurn, type Turn } from './shared-inquiry.ts'
import { SourceQueries } from './source-queries.ts'
import { activeFrom, failureIn, isDue, type Outcome, unknownFrom } from './status-records.ts'
import type { StatusSettings } from './status-settings.ts'

/** Maximum number of concurrent queries. */
const maxFlights = 8192
/** Milliseconds for which callers that need a new answer may join a query. */
const joinable = 1000

/** An answer that only the waiting request may use, which ends the claim. */
const forThisRequest: StatusAnswer = { status: 'active', freshFor: 0, staleFor: 0 }

/** A query that is under way. */
interface Flight {
  readonly outcome: Promise<Outcome>
  /** Milliseconds of the monotonic clock. */
  readonly sentAt: number
  /** Whether this process queries the source itself, and does not wait for another one. */
  isOwn: boolean
  /** It no longer counts as under way. */
  end(): void
}

/**
 * Which missions are active, according to a source (docs/decisions.md#active-answers). The answers are in a store, which
 * may be shared: one process queries the source for all. Tombstones are stored elsewhere: they are checked before these
 * statuses on every request, and take precedence over them.
 */
export class MissionStatuses {
  readonly #state: ResourceState
  readonly #settings: StatusSettings
  readonly #store: StatusStore
  readonly #flights = new Map<string, Flight>()
  readonly #source: SourceQueries
  /** Queries of the store after which the source was queried, and said that the mission is active. */
  readonly #confirmed = new WeakSet<object>()
  /** Queries under way to listed person servers and to others, counted separately so that neither blocks the other. */
  readonly #underWay = { listed: 0, others: 0 }

  constructor(state: ResourceState, settings: StatusSettings, store: StatusStore) {
    this.#state = state
    this.#settings = settings
    this.#store = store
    this.#source = new SourceQueries(state, settings)
  }

  /** @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects) */
  assertActive(
    mission: Mission,
    safe: boolean,
    query: () => MayWait<FoundStatus | undefined> = () => getStatus(this.#store, this.#nameOf(mission)),
  ): void | Promise<void> {
    // Another guard of the request had to query the source, and relies on the same answers of the stores.
    if (this.#confirmed.has(query)) return undefined
    const status = query()
    const judge = (answer: FoundStatus | undefined): void | Promise<void> =>
      this.#judge(mission, safe, this.#usable(mission, answer), () => this.#confirmed.add(query))
    return status instanceof Promise ? status.then(judge) : judge(status)
  }

  #judge(
    mission: Mission,
    safe: boolean,
    found: FoundStatus | undefined,
    confirm: () => void,
  ): void | Promise<void> {
    if (found && found.freshFor > 0) {
      // Renewed while it is still fresh, so that no request waits.
      if (isDue(found, this.#settings)) this.#askAhead(mission)
      return undefined
    }
    const failed = failureIn(found)
    if (failed === undefined)
      return this.#ask(mission).then((outcome) => {
        if (outcome.status === 'active') return confirm()
        return this.#conclude(mission, safe, outcome)
      })
    if (!safe || found === undefined || found.staleFor <= 0) throw refusal(mission, failed)
  }

  /** While the source fails, safe methods may use its last answer, unless that was forgotten in the meantime. */
  async #conclude(
    mission: Mission,
    safe: boolean,
    outcome: Exclude<Outcome, { status: 'active' }>,
  ): Promise<void> {
    if (outcome.status === 'unknown' && safe) {
      const found = this.#usable(mission, await getStatus(this.#store, this.#nameOf(mission)))
      if (found && found.staleFor > 0) return
    }
    throw refusal(mission, outcome)
  }

  /**
   * What a person server said before it was purged no longer counts, in whatever process. A process that does not trust
   * the person server uses no answer that others found.
   */
  #usable({ approver }: Mission, found: FoundStatus | undefined): FoundStatus | undefined {
    if (found !== undefined && !this.#source.trusts(approver)) return undefined
    const purgedAt = this.#state.purges.at(approver)
    if (found === undefined || purgedAt === undefined || found.askedAt > purgedAt) return found
    return { ...found, freshFor: 0, staleFor: 0 }
  }

  /**
   * For a person server whose tombstones are full: a mission may have been terminated without a record, so the source is
   * queried for each request, even if the method is safe, and its answer is not kept.
   * @throws {AAuthError} `mission_terminated` or `server_error` (the promise rejects)
   */
  async assertActiveNow(mission: Mission): Promise<void> {
    const failed = failureIn(await getStatus(this.#store, this.#nameOf(mission)))
    const outcome = failed ?? (await this.#ask(mission, { notBefore: performance.now() - joinable }))
    if (outcome.status !== 'active') throw refusal(mission, outcome)
  }

  async status(mission: Mission): Promise<MissionStatus> {
    const found = await getStatus(this.#store, this.#nameOf(mission))
    const outcome = failureIn(found) ?? (await this.#ask(mission))
    const { status } = outcome
    return status === 'terminated' ? { status, reason: outcome.reason } : { status }
  }

  /** The second of the last query that found the mission active, as the store knows it. Queries nothing. */
  activeAt(mission: Mission): MayWait<number | undefined> {
    const second = (found: FoundStatus | undefined): number | undefined =>
      // Seconds of a store without an answer "active" are 0.
      found && this.#usable(mission, found) === found && found.askedAt > 0 ? found.askedAt : undefined
    const found = getStatus(this.#store, this.#nameOf(mission))
    return found instanceof Promise ? found.then(second) : second(found)
  }

  /** Removes the status, so that it is queried again. An answer that is under way is not kept. */
  forget(mission: Mission): MayWait<void> {
    return forgetStatus(this.#store, this.#nameOf(mission))
  }

  /** Person servers that are not queried for the moment, after failures. */
  suspendedServers(): readonly string[] {
    return this.#source.suspended()
  }

  purge(approver: string): void {
    const start = missionKey({ approver, s256: '' }).slice(0, -3)
    for (const key of this.#flights.keys()) if (key.startsWith(start)) this.#flights.delete(key)
  }

  /** The mission may be terminated: what is known is forgotten, and the source is queried again. */
  doubt(mission: Mission): MayWait<void> {
    // Later requests must not join a query that was sent before the suspicion.
    this.#flights.delete(missionKey(mission))
    const forgotten = this.forget(mission)
    if (!(forgotten instanceof Promise)) return this.#askAhead(mission)
    return forgotten.then(() => this.#askAhead(mission))
  }

  /** Queries without waiting for the answer. An unhandled rejection would terminate the process. */
  #askAhead(mission: Mission): void {
    this.#ask(mission).catch(() => undefined)
  }

  /**
   * Sends one query per mission at a time. A failure is an outcome, too.
   * @param notBefore milliseconds of the monotonic clock; a query that was sent earlier is not joined, and the answer to
   * this one is neither kept nor taken from another process
   */
  #ask(mission: Mission, { notBefore }: { readonly notBefore?: number } = {}): Promise<Outcome> {
    const key = missionKey(mission)
    const underWay = this.#flightOf(key)
    if (underWay && (notBefore === undefined || (underWay.isOwn && underWay.sentAt >= notBefore)))
      return underWay.outcome
    const name = this.#nameOf(mission)
    const whose = name.listed ? 'listed' : 'others'
    const isFull = this.#underWay[whose] >= maxFlights
    this.#underWay[whose] += 1
    const noteOwn = (): void => {
      flight.isOwn = true
    }
    const outcome = this.#inquire(name, isFull, notBefore === undefined, noteOwn).finally(() => {
      flight.end()
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    const isOwn = notBefore !== undefined || this.#state.settings.stores.statuses === undefined
    let hasEnded = false
    const end = (): void => {
      if (!hasEnded) this.#underWay[whose] -= 1
      hasEnded = true
    }
    const flight: Flight = { outcome, sentAt: performance.now(), isOwn, end }
    this.#flights.set(key, flight)
    return outcome
  }

  /**
   * The query that is under way. Workers end the promises of a request with it, so a query can be given up without any
   * notice: one whose deadlines have passed does not count.
   */
  #flightOf(key: string): Flight | undefined {
    const flight = this.#flights.get(key)
    if (flight === undefined) return undefined
    // Waiting for another process, querying the source, and recording the answer.
    const longest = 2 * this.#settings.deadline + 3 * storeDeadline
    if (performance.now() - flight.sentAt < longest) return flight
    flight.end()
    this.#flights.delete(key)
    return undefined
  }

  async #inquire(
    mission: StatusName,
    isFull: boolean,
    isShared: boolean,
    noteOwn: () => void,
  ): Promise<Outcome> {
    // Nothing is recorded, since other processes may trust the person server.
    if (!this.#source.trusts(mission.approver)) return unknownFrom(distrusted(mission), undefined)
    const isWanted = (found: FoundStatus): boolean => this.#usable(mission, found) === found
    const turn = isShared ? await this.#turn(mission, isWanted) : 'full'
    if (turn === undefined)
      return unknownFrom(new Error('the process that queries the source has no answer yet'), undefined)
    if (turn !== 'full' && 'outcome' in turn) return turn.outcome
    if (isShared) noteOwn()
    const sent = { second: this.#state.settings.now(), at: performance.now() }
    try {
      if (isFull) throw new Error('too many queries are under way')
      const answer = await this.#source.query(mission)
      if (answer.status === 'terminated') {
        // If the memory is full, the source is queried again for each request.
        await endMission(this.#state, mission, answer.reason, 'source')
        return answer
      }
      const { stores, now } = this.#state.settings
      const active = activeFrom(answer, sent, now(), stores.statuses !== undefined, this.#settings)
      // A mission that was terminated in the meantime stays terminated (docs/decisions.md#termination-is-permanent).
      const tombstone = await findTombstone(this.#state.tombstones, mission, mission.listed)
      if (typeof tombstone === 'object') return { status: 'terminated', reason: tombstone.reason }
      await this.#put(mission, turn, (tombstone !== 'full' && active) || forThisRequest)
      return answer
    } catch (error) {
      const failed = unknownFrom(error, await this.#before(mission))
      await this.#put(mission, turn, failed)
      return failed
    }
  }

  #turn(mission: StatusName, isWanted: (found: FoundStatus) => boolean): Promise<Turn | undefined> {
    return awaitTurn(this.#state, this.#store, mission, this.#settings.deadline, isWanted)
  }

  /** The answer is right even if it cannot be kept, and the failure of the store is reported. */
  async #put(mission: StatusName, turn: Turn, answer: StatusAnswer): Promise<void> {
    if (turn === 'full' || !('claim' in turn)) return
    try {
      await putStatus(this.#store, mission, turn.claim, answer)
    } catch {}
  }

  async #before(mission: StatusName): Promise<FoundStatus | undefined> {
    try {
      return await getStatus(this.#store, mission)
    } catch {
      return undefined
    }
  }

  #nameOf({ approver, s256 }: Mission): StatusName {
    return { approver, s256, listed: this.#state.isListed(approver) }
  }
}

function distrusted({ approver }: Mission): Error {
  return new Error(`${quoted(approver)} is not trusted as person-server: list it in "trust.personServers"`)
}

function refusal(mission: Mission, outcome: Exclude<Outcome, { status: 'active' }>): AAuthError {
  if (outcome.status === 'terminated') return missionTerminated(mission, outcome.reason)
  return statusUnavailable(
    `the status of mission ${mission.s256} is unavailable: ${outcome.hint}`,
    Math.ceil(outcome.failedFor / 1000),
  )
}
