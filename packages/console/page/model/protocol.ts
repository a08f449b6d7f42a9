/** What the server of the console sends. */
import type {
  DecisionEvent,
  Mission,
  OutstandingTokens,
  ResourceEvent,
  ResourceSnapshot,
} from '@aauth-guard/core'

export type Outcome = DecisionEvent['outcome']

export interface ConsoleDecision extends DecisionEvent {
  readonly explanation: Explanation
}

/** Three texts for three readers: what was wrong, and what the agent and the operator do. */
export interface Explanation {
  readonly why: string
  readonly agent: string
  readonly operator: string
}

export type Counts = Readonly<Record<Outcome, number>>

/** One second. `t` is in milliseconds since 1970, `p50` and `p99` are in milliseconds, 0 or absent without decisions. */
export interface SeriesPoint extends Counts {
  readonly t: number
  readonly p50?: number | null
  readonly p99?: number | null
}

export interface SeriesState {
  readonly from: number
  readonly step: number
  readonly points: readonly SeriesPoint[]
  readonly routes: Readonly<Record<string, Counts>>
  readonly codes: Readonly<Record<string, number>>
}

/** The last whole second, exactly, with its routes and codes: also decisions that the stream left out. */
export interface PointEvent extends SeriesPoint {
  readonly routes: Readonly<Record<string, Counts>>
  readonly codes: Readonly<Record<string, number>>
}

/** `GET ./state` */
export interface ConsoleState {
  readonly type: 'aauth.console.v1'
  readonly snapshot: ResourceSnapshot
  /** Milliseconds since 1970, as `now`. */
  readonly startedAt: number
  readonly now: number
  /** The newest last. */
  readonly decisions: readonly ConsoleDecision[]
  readonly happenings: readonly ResourceEvent[]
  readonly series: SeriesState
}

/** `GET ./mission` */
export interface MissionState {
  readonly mission: Mission
  readonly outstanding: OutstandingTokens
  readonly decisions: readonly ConsoleDecision[]
}

/** Of the decisions of the last second, how many the stream carried. */
export interface Sampled {
  readonly shown: number
  readonly of: number
}

export interface Goodbye {
  readonly reason: 'renew' | 'slow' | 'closing' | 'full'
}

/** By how many entries a list of an answer was cut. */
export function omittedFrom(owner: object | undefined, list: string): number {
  const omitted = (owner as Readonly<Record<string, unknown>> | undefined)?.[`${list}Omitted`]
  return typeof omitted === 'number' ? omitted : 0
}
