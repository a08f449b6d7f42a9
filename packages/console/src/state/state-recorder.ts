import type {
  DecisionEvent,
  Mission,
  OutstandingTokens,
  Resource,
  ResourceEvent,
  ResourceSnapshot,
} from '@aauth-guard/core'
import { explain } from '../explain/explain.ts'
import type { DecisionExplanation } from '../explain/explanations.ts'
import type { ConsoleSettings } from '../settings.ts'
import { boundedCopy } from './bounded-copy.ts'
import { EventLog, type LogEntry, missionKey } from './event-log.ts'
import { Sampler } from './sampler.ts'
import { type ConsoleSeries, Series } from './series.ts'

/** A decision with its explanation. Texts are cut at 256 characters, and the hint at 1024. */
export type ConsoleDecision = DecisionEvent & { readonly explanation: DecisionExplanation }

/** What `GET state` answers. */
export interface ConsoleState {
  readonly type: 'aauth.console.v1'
  /** Milliseconds since 1970, as `now`. */
  readonly startedAt: number
  readonly now: number
  /** Id of the last event that is in it; `GET events?after=ID` goes on from there. */
  readonly lastEventId: number
  /** How many decisions were shown one by one since the start, of how many there were. */
  readonly sampled: { readonly shown: number; readonly of: number }
  /** Long lists are cut; `…Omitted` beside them says by how many entries. */
  readonly snapshot: ResourceSnapshot
  /** The last 500, newest last. */
  readonly decisions: readonly ConsoleDecision[]
  /** The last 200, newest last. */
  readonly happenings: readonly ResourceEvent[]
  readonly series: ConsoleSeries
}

/** What `GET mission` answers. */
export interface ConsoleMission {
  readonly now: number
  readonly mission: Mission
  /** At most 1000 tokens; `tokensOmitted` says how many are missing. */
  readonly outstanding: OutstandingTokens
  /** The last 500 that were shown, newest last. */
  readonly decisions: readonly ConsoleDecision[]
}

const maxDecisions = 500
const maxHappenings = 200
/** Decisions in which those of one mission are looked for. */
const maxSearched = 2000
/** Characters of each log. */
const maxCharacters = 4_000_000
/** Characters of the texts in a snapshot, and in the tokens of a mission. */
const maxSnapshot = 1_000_000

/** What a console knows of its resource. Everything is bounded, in entries and in characters. */
export class StateRecorder {
  readonly log: EventLog
  readonly #resource: Resource
  readonly #settings: ConsoleSettings
  readonly #startedAt = Date.now()
  readonly #decisions = new EventLog(maxSearched, maxCharacters)
  readonly #happenings = new EventLog(maxHappenings, maxCharacters)
  readonly #series = new Series(this.#startedAt)
  readonly #sampler = new Sampler(performance.now())
  #snapshot: { readonly at: number; readonly json: string; readonly version: number } | undefined
  readonly #removeListeners: () => void

  constructor(resource: Resource, settings: ConsoleSettings) {
    this.#resource = resource
    this.#settings = settings
    // Ids of a process that was started later are higher, so that no browser takes them for those that it has seen.
    this.log = new EventLog(settings.queue, maxCharacters, this.#startedAt * 1000)
    this.#removeListeners = resource.listen({
      onDecision: (event) => this.#decided(event),
      onEvent: (event) => this.#happened(event),
    })
  }

  /** Stops listening. */
  close(): void {
    this.#removeListeners()
  }

  /** The body of `GET state`, a {@link ConsoleState}. */
  state(): string {
    const now = Date.now()
    return objectOf({
      type: '"aauth.console.v1"',
      startedAt: `${this.#startedAt}`,
      now: `${now}`,
      lastEventId: `${this.log.next - 1}`,
      sampled: JSON.stringify(this.#sampler.total),
      snapshot: this.snapshot().json,
      decisions: listOf(this.#decisions.last(maxDecisions)),
      happenings: listOf(this.#happenings.last(maxHappenings)),
      series: JSON.stringify(this.#series.read(now)),
    })
  }

  /** The body of `GET mission`, a {@link ConsoleMission}. @throws {TypeError} for an invalid mission */
  mission({ approver, s256 }: Mission): string {
    const mission = { approver, s256 }
    const outstanding = this.#resource.missions.outstandingTokens(mission)
    const key = missionKey(mission)
    return objectOf({
      now: `${Date.now()}`,
      mission: JSON.stringify(mission),
      outstanding: JSON.stringify(boundedCopy(outstanding, maxSnapshot)),
      decisions: listOf(this.#decisions.last(maxDecisions, (entry) => entry.mission === key)),
    })
  }

  /** What the resource knows, as JSON; the same for all who ask within two seconds. */
  snapshot(): { readonly json: string; readonly version: number } {
    const now = performance.now()
    const known = this.#snapshot
    // A stream that looks every two seconds must not find the one that it has.
    if (known !== undefined && now - known.at < this.#settings.snapshot * 0.9) return known
    const json = JSON.stringify(boundedCopy(this.#resource.snapshot(), maxSnapshot))
    const taken = { at: now, json, version: (known?.version ?? 0) + 1 }
    this.#snapshot = taken
    return taken
  }

  /** How much was shown in the last second, as JSON, unless it was everything. */
  sampled(): string | undefined {
    const sampled = this.#sampler.sampled(performance.now())
    return sampled && JSON.stringify(sampled)
  }

  /** The last whole second of the series. */
  point(): { readonly t: number; readonly json: () => string } {
    const point = this.#series.lastPoint(Date.now())
    return { t: point.t, json: () => JSON.stringify(point) }
  }

  #decided(event: DecisionEvent): void {
    this.#series.count(event, Date.now())
    if (!this.#sampler.shows(event.outcome, performance.now())) return
    const decision: ConsoleDecision = { ...boundedCopy(event), explanation: explain(event) }
    const json = JSON.stringify(decision)
    const entry = { event: 'decision', json, mission: event.mission && missionKey(event.mission) } as const
    this.log.append(entry)
    this.#decisions.append(entry)
  }

  #happened(event: ResourceEvent): void {
    const entry = { event: 'happening', json: JSON.stringify(boundedCopy(event)) } as const
    this.log.append(entry)
    this.#happenings.append(entry)
  }
}

function objectOf(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([name, json]) => `"${name}":${json}`)
    .join(',')}}`
}

function listOf(entries: readonly LogEntry[]): string {
  return `[${entries.map(({ json }) => json).join(',')}]`
}
