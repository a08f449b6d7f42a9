import type { DecisionEvent } from '@aauth-guard/core'
import { clip } from './bounded-copy.ts'
import { Durations } from './durations.ts'

const step = 1000
const maxPoints = 600
/** Routes that are told apart. Names of requirements are written by the operator, so there are rarely more. */
const maxRoutes = 64
const maxName = 128
const otherRoutes = '(other)'
const unnamed = '(unnamed)'
/** Durations of one second, and of one route, that quantiles are taken of. */
const maxDurations = 512
/** Milliseconds that the clock may be set back before the series begins again. */
const maxSetBack = 60_000

/** Decisions by outcome. One request can have several. */
export interface ConsoleTotals {
  readonly accepted: number
  readonly challenged: number
  readonly refused: number
  readonly failed: number
}

/** Decisions of one second. Durations are in milliseconds, and `null` where none was measured. */
export interface ConsolePoint extends ConsoleTotals {
  /** Begin of the second, in milliseconds since 1970. */
  readonly t: number
  readonly p50: number | null
  readonly p99: number | null
}

/** Decisions under requirements of one name. The durations are those of the last 512 decisions. */
export interface ConsoleRoute extends ConsoleTotals {
  readonly p50: number | null
  readonly p99: number | null
}

/** Decisions of the last 600 seconds. Counts all of them, also those that are not shown one by one. */
export interface ConsoleSeries {
  /** Begin of the first point, in milliseconds since 1970. */
  readonly from: number
  /** Milliseconds between points. */
  readonly step: number
  readonly points: readonly ConsolePoint[]
  /** By `name` of the requirement; `(unnamed)` without one, `(other)` from the 65th name on. */
  readonly routes: Readonly<Record<string, ConsoleRoute>>
  readonly codes: Readonly<Record<string, number>>
}

/** One second, with what was decided in it by route and code. */
export type ConsolePointEvent = ConsolePoint & {
  readonly routes: Readonly<Record<string, ConsoleTotals>>
  readonly codes: Readonly<Record<string, number>>
}

type Counts = { -readonly [Name in keyof ConsoleTotals]: number }

interface Second {
  readonly t: number
  readonly counts: Counts
  readonly routes: Map<string, Counts>
  readonly codes: Map<string, number>
  quantiles: { readonly p50: number | null; readonly p99: number | null }
}

/** Counts decisions by second, outcome, route and code. Costs the same for every decision. */
export class Series {
  readonly #seconds = new Map<number, Second>()
  readonly #routes = new Map<string, Durations>()
  #startedAt: number
  #current: Second
  #durations = new Durations(maxDurations)

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#startedAt = secondOf(now)
    this.#current = this.#begin(this.#startedAt)
  }

  count({ outcome, code, requirement, duration }: DecisionEvent, now: number): void {
    this.#turn(now)
    const { counts, routes, codes } = this.#current
    const route = this.#routeNamed(requirement)
    const ofRoute = routes.get(route) ?? noCounts()
    routes.set(route, ofRoute)
    counts[outcome] += 1
    ofRoute[outcome] += 1
    if (code !== undefined) codes.set(code, (codes.get(code) ?? 0) + 1)
    if (duration.total === undefined) return
    this.#durations.add(duration.total)
    this.#routes.get(route)?.add(duration.total)
  }

  read(now: number): ConsoleSeries {
    this.#turn(now)
    this.#current.quantiles = this.#durations.quantiles()
    const last = this.#current.t
    const from = Math.max(this.#startedAt, last - (maxPoints - 1) * step)
    const points: ConsolePoint[] = []
    const routes = new Map<string, Counts>()
    const codes = new Map<string, number>()
    for (let t = from; t <= last; t += step) {
      const second = this.#seconds.get(t)
      points.push(pointOf(t, second))
      for (const [name, counts] of second?.routes ?? []) addTo(routes, name, counts)
      for (const [code, count] of second?.codes ?? []) codes.set(code, (codes.get(code) ?? 0) + count)
    }
    const withQuantiles = [...routes].map(
      ([name, counts]) => [name, { ...counts, ...quantilesOf(this.#routes.get(name)) }] as const,
    )
    return {
      from,
      step,
      points,
      routes: Object.fromEntries(withQuantiles),
      codes: Object.fromEntries(codes),
    }
  }

  /** The last whole second. */
  lastPoint(now: number): ConsolePointEvent {
    this.#turn(now)
    const t = this.#current.t - step
    const second = this.#seconds.get(t)
    return {
      ...pointOf(t, second),
      routes: Object.fromEntries(second?.routes ?? []),
      codes: Object.fromEntries(second?.codes ?? []),
    }
  }

  /** Begins the second of `now`, and forgets those that are too old. */
  #turn(now: number): void {
    const t = secondOf(now)
    const { t: before } = this.#current
    if (t === before || (t < before && before - t <= maxSetBack)) return
    this.#current.quantiles = this.#durations.quantiles()
    if (t < before) {
      this.#seconds.clear()
      this.#startedAt = t
    }
    for (const old of this.#seconds.keys()) {
      if (old > t - maxPoints * step) break
      this.#seconds.delete(old)
    }
    this.#current = this.#begin(t)
  }

  #begin(t: number): Second {
    const second: Second = {
      t,
      counts: noCounts(),
      routes: new Map(),
      codes: new Map(),
      quantiles: { p50: null, p99: null },
    }
    this.#seconds.set(t, second)
    this.#durations = new Durations(maxDurations)
    return second
  }

  #routeNamed(requirement: string | undefined): string {
    const name = requirement === undefined ? unnamed : clip(requirement, maxName)
    if (this.#routes.has(name)) return name
    const route = this.#routes.size < maxRoutes ? name : otherRoutes
    if (!this.#routes.has(route)) this.#routes.set(route, new Durations(maxDurations))
    return route
  }
}

function secondOf(now: number): number {
  return Math.floor(now / step) * step
}

function noCounts(): Counts {
  return { accepted: 0, challenged: 0, refused: 0, failed: 0 }
}

function pointOf(t: number, second: Second | undefined): ConsolePoint {
  return { t, ...(second?.counts ?? noCounts()), ...(second?.quantiles ?? { p50: null, p99: null }) }
}

function quantilesOf(durations: Durations | undefined): Pick<ConsoleRoute, 'p50' | 'p99'> {
  return durations?.quantiles() ?? { p50: null, p99: null }
}

function addTo(totals: Map<string, Counts>, name: string, counts: Counts): void {
  const total = totals.get(name) ?? noCounts()
  totals.set(name, total)
  for (const outcome of Object.keys(counts) as (keyof Counts)[]) total[outcome] += counts[outcome]
}
