/** The last durations of something, for their quantiles. */
export class Durations {
  readonly #values: Float32Array
  #count = 0

  constructor(max: number) {
    this.#values = new Float32Array(max)
  }

  add(milliseconds: number): void {
    this.#values[this.#count % this.#values.length] = milliseconds
    this.#count += 1
  }

  /** Half of the durations, and 99 % of them, are at most this long; `null` without any. */
  quantiles(): { readonly p50: number | null; readonly p99: number | null } {
    const sorted = this.#values.slice(0, Math.min(this.#count, this.#values.length)).sort()
    const at = (share: number): number | null => {
      const value = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)]
      return value === undefined ? null : Math.round(value * 1000) / 1000
    }
    return { p50: at(0.5), p99: at(0.99) }
  }
}
