import { outcomes } from './decision-log.ts'
import type { ConsoleDecision, Counts, Outcome, Sampled, SeriesState } from './protocol.ts'

/** Seconds that are shown. */
export const span = 600

interface Second {
  readonly counts: Record<Outcome, number>
  /** Of the server, or `undefined` while decisions of this second arrive here. */
  quantiles: readonly [p50: number, p99: number] | undefined
  readonly durations: number[]
}

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
  routes: Record<string, Record<Outcome, number>> = {}
  codes: Record<string, number> = {}

  load({ points, routes, codes }: SeriesState): void {
    this.#seconds.clear()
    for (const { t, p50, p99, ...counts } of points) {
      if (outcomes.every((outcome) => counts[outcome] === 0)) continue
      const quantiles = [p50 ?? 0, p99 ?? p50 ?? 0] as const
      this.#seconds.set(Math.floor(t / 1000), { counts: copyOf(counts), quantiles, durations: [] })
    }
    this.routes = Object.fromEntries(
      Object.entries(routes).map(([name, counts]) => [name, copyOf(counts)] as const),
    )
    this.codes = { ...codes }
  }

  add({ time, outcome, duration, requirement, code }: ConsoleDecision): void {
    const second = this.#at(Math.floor(time / 1000))
    second.counts[outcome]++
    if (duration.total !== undefined && second.durations.length < 400) {
      second.durations.push(duration.total)
      second.quantiles = undefined
    }
    if (requirement !== undefined) {
      if (!Object.hasOwn(this.routes, requirement)) this.routes[requirement] = copyOf({})
      const counts = this.routes[requirement]
      if (counts !== undefined) counts[outcome]++
    }
    if (code !== undefined)
      this.codes[code] = (Object.hasOwn(this.codes, code) ? (this.codes[code] ?? 0) : 0) + 1
  }

  /** Scales the second before `now` to what was decided in it, of which the stream carried a part. */
  scale({ shown, of }: Sampled, now: number): void {
    const second = this.#seconds.get(Math.floor(now / 1000) - 1)
    if (second === undefined || shown <= 0 || of <= shown) return
    for (const outcome of outcomes) second.counts[outcome] = Math.round((second.counts[outcome] * of) / shown)
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
    const made: Second = { counts: copyOf({}), quantiles: undefined, durations: [] }
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
