/** Maximum number of spans. Beyond it, the two closest spans are merged. */
const maxSpans = 16
/** Seconds between two times of one span. */
const maxGap = 60

/**
 * The times whose entries a memory has dropped, as a few spans. Normally they are in the past and never looked up. After
 * the clock was set back, dropped entries cannot be distinguished from new ones; these spans record for which times.
 */
export class ForgottenTimes {
  /** In order, apart by more than `maxGap`. */
  readonly #spans: [from: number, to: number][] = []

  has(time: number): boolean {
    return this.#spans.some(([from, to]) => from <= time && time <= to)
  }

  add(time: number): void {
    const spans = this.#spans
    const last = spans.at(-1)
    // Times come in order, unless the clock was set.
    if (last && last[0] <= time && time <= last[1] + maxGap) {
      last[1] = Math.max(last[1], time)
      return
    }
    spans.push([time, time])
    spans.sort(([a], [b]) => a - b)
    for (let i = spans.length - 1; i > 0; i--) if (this.#gapBefore(i) <= maxGap) this.#joinWithPrevious(i)
    if (spans.length > maxSpans) this.#joinWithPrevious(this.#closest())
  }

  #gapBefore(index: number): number {
    const [before, after] = [this.#spans[index - 1], this.#spans[index]]
    return before && after ? after[0] - before[1] : Number.POSITIVE_INFINITY
  }

  #closest(): number {
    let closest = 1
    for (let i = 2; i < this.#spans.length; i++)
      if (this.#gapBefore(i) < this.#gapBefore(closest)) closest = i
    return closest
  }

  #joinWithPrevious(index: number): void {
    const [joined] = this.#spans.splice(index, 1)
    const before = this.#spans[index - 1]
    if (joined && before) before[1] = Math.max(before[1], joined[1])
  }
}
