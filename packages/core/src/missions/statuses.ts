import type { AAuthError } from '../errors/aauth-error.ts'
import { abortable } from '../keys/fetch-document.ts'
import type { MissionStatus } from '../resource/mission-monitor.ts'
import { endMission, missionTerminated, statusUnavailable } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { isTrustedIssuer } from '../resource/trusted-issuers.ts'
import { findTombstone } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { quoted } from '../wire/quoted.ts'
import { ListedApart } from './listed-apart.ts'
import { ServerAccess } from './server-access.ts'
import { readAnswer } from './source.ts'
import { inquiryOf } from './status-inquiry.ts'
import type { Active, Outcome, Unknown } from './status-records.ts'
import { activeFrom, isWithin, unknownFrom } from './status-records.ts'
import type { StatusSettings } from './status-settings.ts'

/** Maximum number of concurrent queries. */
const maxFlights = 8192

/** Milliseconds for which callers that need a new answer may join a query. */
const joinable = 1000

/** A query that is under way. */
interface Flight {
  readonly outcome: Promise<Outcome>
  /** A termination, or a suspected termination, was reported in the meantime, so the answer is not cached. */
  overtaken: boolean
  /** Milliseconds of the monotonic clock. */
  readonly sentAt: number
}

/**
 * Which missions are active, according to a source (docs/decisions.md#active-answers). Tombstones are stored elsewhere:
 * they are checked before these statuses on every request, and take precedence over them.
 */
export class MissionStatuses {
  readonly #state: ResourceState
  readonly #settings: StatusSettings
  readonly #active: ListedApart<Active>
  readonly #unknown: ListedApart<Unknown>
  readonly #flights = new Map<string, Flight>()
  readonly #accesses: ListedApart<ServerAccess>
  /** Queries under way to listed person servers and to others, counted separately so that neither blocks the other. */
  readonly #underWay = { listed: 0, others: 0 }

  constructor(state: ResourceState, settings: StatusSettings) {
    this.#state = state
    this.#settings = settings
    const isListed = (approver: string): boolean => state.isListed(approver)
    this.#active = new ListedApart(settings.maxMissions, isListed)
    this.#unknown = new ListedApart(settings.maxMissions, isListed)
    this.#accesses = new ListedApart(1000, isListed)
  }

  /** @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects) */
  assertActive(mission: Mission, safe: boolean): void | Promise<void> {
    const key = keyOf(mission)
    const now = this.#state.settings.now()
    const known = this.#active.get(key)
    if (known && isWithin(now, known, known.freshUntil)) {
      // Renewed while it is still fresh, so that no request waits.
      if (now >= known.softUntil) this.#askAhead(mission, key)
      return undefined
    }
    return this.#ask(mission, key).then((outcome) => this.#judge(mission, outcome, safe))
  }

  /**
   * For a person server whose tombstones are full: a cached mission may have been terminated without a record, so the
   * source is queried for each request, even if the method is safe.
   * @throws {AAuthError} `mission_terminated` or `server_error` (the promise rejects)
   */
  async assertActiveNow(mission: Mission): Promise<void> {
    const outcome = await this.#ask(mission, keyOf(mission), performance.now() - joinable)
    if (outcome.status !== 'active') throw this.#refusal(mission, outcome)
  }

  #judge(mission: Mission, outcome: Outcome, safe: boolean): void {
    if (outcome.status === 'active') return
    const last = this.#active.get(keyOf(mission))
    const isStale = outcome.status === 'unknown' && safe && last !== undefined
    if (isStale && isWithin(this.#state.settings.now(), last, last.staleUntil)) return
    throw this.#refusal(mission, outcome)
  }

  #refusal(mission: Mission, outcome: Exclude<Outcome, { status: 'active' }>): AAuthError {
    if (outcome.status === 'terminated') return missionTerminated(mission, outcome.reason)
    return statusUnavailable(
      `the status of mission ${mission.s256} is unavailable: ${outcome.hint}`,
      outcome.until - this.#state.settings.now(),
    )
  }

  async status(mission: Mission): Promise<MissionStatus> {
    const outcome = await this.#ask(mission, keyOf(mission))
    const { status } = outcome
    return status === 'terminated' ? { status, reason: outcome.reason } : { status }
  }

  forget(mission: Mission): void {
    const key = keyOf(mission)
    this.#active.delete(key)
    const underWay = this.#flights.get(key)
    if (underWay) underWay.overtaken = true
  }

  /** Removes the statuses that a person server reported. */
  purge(approver: string): void {
    for (const key of this.#active.keys()) if (isOf(key, approver)) this.#active.delete(key)
    for (const [key, underWay] of this.#flights) {
      if (!isOf(key, approver)) continue
      underWay.overtaken = true
      this.#flights.delete(key)
    }
  }

  doubt(mission: Mission): void {
    const key = keyOf(mission)
    this.forget(mission)
    // Later requests must not join a query that was sent before the suspicion.
    this.#flights.delete(key)
    this.#askAhead(mission, key)
  }

  /** Queries without waiting for the answer. An unhandled rejection would terminate the process. */
  #askAhead(mission: Mission, key: string): void {
    this.#ask(mission, key).catch(() => undefined)
  }

  /**
   * Sends one query per mission at a time. A failure is an outcome, too.
   * @param notBefore milliseconds of the monotonic clock; a query that was sent earlier is not joined
   */
  #ask(mission: Mission, key: string, notBefore = Number.NEGATIVE_INFINITY): Promise<Outcome> {
    const underWay = this.#flights.get(key)
    if (underWay && underWay.sentAt >= notBefore) return underWay.outcome
    const failed = this.#unknown.get(key)
    if (failed && isWithin(this.#state.settings.now(), failed, failed.outcome.until))
      return Promise.resolve(failed.outcome)
    const isOvertaken = (): boolean => flight.overtaken
    const whose = this.#state.isListed(mission.approver) ? 'listed' : 'others'
    const isFull = this.#underWay[whose] >= maxFlights
    this.#underWay[whose] += 1
    const outcome = this.#inquire(mission, key, isFull, isOvertaken)
      .catch((error: unknown) => this.#fail(key, error))
      .finally(() => {
        this.#underWay[whose] -= 1
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
      })
    const flight: Flight = { outcome, overtaken: false, sentAt: performance.now() }
    this.#flights.set(key, flight)
    return outcome
  }

  async #inquire(
    mission: Mission,
    key: string,
    isFull: boolean,
    isOvertaken: () => boolean,
  ): Promise<Outcome> {
    const { settings } = this.#state
    const { approver } = mission
    if (!isTrustedIssuer(settings, undefined, 'person-server', approver))
      throw new Error(`${quoted(approver)} is not trusted as person-server: list it in "trust.personServers"`)
    if (isFull) throw new Error('too many queries are under way')
    const observedAt = settings.now()
    const signal = AbortSignal.any([this.#state.keys.closing, AbortSignal.timeout(this.#settings.deadline)])
    const question = async (): Promise<unknown> => {
      const inquiry = inquiryOf(this.#state, approver, signal)
      return abortable(Promise.resolve(this.#settings.source(mission, inquiry)), signal)
    }
    const answer = readAnswer(await this.#accessTo(approver).ask(question, signal))
    if (answer.status === 'terminated') {
      // If the memory is full, the source is queried again for each request.
      await endMission(this.#state, mission, answer.reason)
      return answer
    }
    // A mission that was terminated in the meantime stays terminated (docs/decisions.md#termination-is-permanent).
    const tombstone = await findTombstone(this.#state.tombstones, mission, this.#state.isListed(approver))
    if (typeof tombstone === 'object') return { status: 'terminated', reason: tombstone.reason }
    const active = activeFrom(observedAt, answer.freshUntil, settings.now(), this.#settings)
    this.#unknown.delete(key)
    if (!isOvertaken() && tombstone !== 'full') this.#active.set(key, active)
    return answer
  }

  #fail(key: string, error: unknown): Outcome {
    const failed = unknownFrom(error, this.#unknown.get(key), this.#state.settings.now())
    this.#unknown.set(key, failed)
    return failed.outcome
  }

  #accessTo(approver: string): ServerAccess {
    const key = `${approver}\n`
    const access = this.#accesses.get(key) ?? new ServerAccess(32, 1024, this.#state.settings.now)
    this.#accesses.set(key, access)
    return access
  }
}

/** Digests and server identifiers cannot contain a line feed. */
function keyOf({ approver, s256 }: Mission): string {
  return `${approver}\n${s256}`
}

function isOf(key: string, approver: string): boolean {
  return key.startsWith(`${approver}\n`)
}
