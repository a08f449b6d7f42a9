import { outcomes } from './decision-log.ts'
import type { ConsoleDecision, Counts, Outcome, PointEvent, SeriesState } from './protocol.ts'

/** Seconds that are shown. */
export const span = 600

interface Second {
  counts: Record<Outcome, number>
  /** Of the server, or `undefined` while decisions of this second arrive here. */
  quantiles: readonly [p50: number, p99: number] | undefined
  readonly durations: number[]
  /** What of this second is in the sums by route and code. */
  routes: Readonly<Record<string, Counts>>
  codes: Readonly<Record<string, number>>
}

/** Under which the server counts routes whose requirement has no name. */
export const unnamed = '(unnamed)'

export interface Buckets {
  /** Seconds since 1970 at which each begins. */
  readonly times: readonly number[]
  readonly counts: Readonly<Record<Outcome, readonly number[]>>
  readonly p50: readonly (number | null)[]
  readonly p99: readonly (number | null)[]
}

/** Counts and latency of the last ten minutes. */
export class Series {
  readonly #seconds = new Map<number, Second>()
  routes: Readonly<Record<string, Counts>> = {}
  codes: Readonly<Record<string, number>> = {}

  load({ points, routes, codes }: SeriesState): void {
    this.#seconds.clear()
    for (const { t, p50, p99, ...counts } of points) {
      if (outcomes.every((outcome) => counts[outcome] === 0)) continue
      const quantiles = [p50 ?? 0, p99 ?? p50 ?? 0] as const
      this.#seconds.set(Math.floor(t / 1000), { ...emptySecond(), counts: copyOf(counts), quantiles })
    }
    this.routes = addRoutes({}, routes, 1)
    this.codes = codes
  }

  add({ time, outcome, duration, requirement, code }: ConsoleDecision): void {
    const second = this.#at(Math.floor(time / 1000))
    second.counts[outcome]++
    if (duration.total !== undefined && second.durations.length < 400) {
      second.durations.push(duration.total)
      second.quantiles = undefined
    }
    const route = requirement ?? unnamed
    const once = { [route]: { ...copyOf({}), [outcome]: 1 } }
    const coded = code === undefined ? {} : { [code]: 1 }
    second.routes = addRoutes(second.routes, once, 1)
    second.codes = addCodes(second.codes, coded, 1)
    this.routes = addRoutes(this.routes, once, 1)
    this.codes = addCodes(this.codes, coded, 1)
  }

  /** Takes what the server counted in a second, in place of what was counted here. */
  correct({ t, p50, p99, routes, codes, ...counts }: PointEvent): void {
    const second = this.#at(Math.floor(t / 1000))
    second.counts = copyOf(counts)
    second.quantiles = [p50 ?? 0, p99 ?? p50 ?? 0]
    this.routes = addRoutes(addRoutes(this.routes, second.routes, -1), routes, 1)
    this.codes = addCodes(addCodes(this.codes, second.codes, -1), codes, 1)
    second.routes = routes
    second.codes = codes
  }

  /** Sums of the last seconds. */
  sums(now: number, seconds: number): Counts {
    const sums = copyOf({})
    const from = Math.floor(now / 1000) - seconds
    for (const [at, { counts }] of this.#seconds) {
      if (at > from) for (const outcome of outcomes) sums[outcome] += counts[outcome]
    }
    return sums
  }

  /** Buckets of `size` seconds that lie at the same times in each call. */
  buckets(now: number, size: number): Buckets {
    const last = Math.floor(now / 1000 / size)
    const first = last - Math.ceil(span / size)
    const times: number[] = []
    const counts: Record<Outcome, number[]> = { accepted: [], challenged: [], refused: [], failed: [] }
    const p50: (number | null)[] = []
    const p99: (number | null)[] = []
    for (let bucket = first; bucket <= last; bucket++) {
      const sum = copyOf({})
      let [weighted, weight, slowest] = [0, 0, 0]
      for (let at = bucket * size; at < (bucket + 1) * size; at++) {
        const second = this.#seconds.get(at)
        if (second === undefined) continue
        second.quantiles ??= quantilesOf(second.durations)
        let number = 0
        for (const outcome of outcomes) {
          sum[outcome] += second.counts[outcome]
          number += second.counts[outcome]
        }
        weighted += second.quantiles[0] * number
        weight += number
        slowest = Math.max(slowest, second.quantiles[1])
      }
      times.push(bucket * size)
      for (const outcome of outcomes) counts[outcome].push(sum[outcome])
      p50.push(weight === 0 ? null : weighted / weight)
      p99.push(weight === 0 ? null : slowest)
    }
    return { times, counts, p50, p99 }
  }

  #at(second: number): Second {
    const known = this.#seconds.get(second)
    if (known !== undefined) return known
    const made = emptySecond()
    this.#seconds.set(second, made)
    if (this.#seconds.size > span + 60) {
      for (const at of this.#seconds.keys()) if (at < second - span) this.#seconds.delete(at)
    }
    return made
  }
}

function quantilesOf(durations: readonly number[]): readonly [number, number] {
  const sorted = durations.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0
  return [at(0.5), at(0.99)]
}

function copyOf({ accepted = 0, challenged = 0, refused = 0, failed = 0 }: Partial<Counts>) {
  return { accepted, challenged, refused, failed }
}

function emptySecond(): Second {
  return { counts: copyOf({}), quantiles: undefined, durations: [], routes: {}, codes: {} }
}

function addCodes(
  to: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
  sign: 1 | -1,
): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(to))
  for (const [code, count] of Object.entries(more)) sums.set(code, (sums.get(code) ?? 0) + sign * count)
  return Object.fromEntries([...sums].filter(([, sum]) => sum > 0))
}

function addRoutes(
  to: Readonly<Record<string, Counts>>,
  more: Readonly<Record<string, Counts>>,
  sign: 1 | -1,
): Readonly<Record<string, Counts>> {
  const sums = new Map(Object.entries(to))
  for (const [name, counts] of Object.entries(more)) {
    const sum = copyOf(sums.get(name) ?? {})
    for (const outcome of outcomes) sum[outcome] += sign * counts[outcome]
    if (outcomes.some((outcome) => sum[outcome] > 0)) sums.set(name, sum)
    else sums.delete(name)
  }
  return Object.fromEntries(sums)
}
