import { startTimer } from './deadline.ts'

/** An item of a {@link DueTimer}. */
export interface Due {
  /** Called once the clock has reached the second for which the item was added. */
  due(): void
}

/** Milliseconds. `setTimeout` accepts less than 2^31, and a change of the clock must be noticed in time. */
const longestSleep = 30_000

/**
 * One timer for any number of due times. The times are those of a clock that can differ from the clock of the timer, so
 * the clock is read again whenever the timer fires. No timer is set while there are no items.
 */
export class DueTimer {
  readonly #now: () => number
  readonly #onSetBack: () => void
  readonly #buckets = new Map<number, Set<Due>>()
  #stopTimer: (() => void) | undefined
  #wakesFor = Number.POSITIVE_INFINITY
  #lastWake = Number.NEGATIVE_INFINITY

  /**
   * @param now seconds
   * @param onSetBack called when the clock turns out to have been set back
   */
  constructor(now: () => number, onSetBack: () => void) {
    this.#now = now
    this.#onSetBack = onSetBack
  }

  /** The number of different due seconds. */
  get size(): number {
    return this.#buckets.size
  }

  add(second: number, item: Due): void {
    const bucket = this.#buckets.get(second)
    if (bucket) bucket.add(item)
    else this.#buckets.set(second, new Set([item]))
    if (second < this.#wakesFor) this.#sleepUntil(second)
  }

  delete(second: number, item: Due): void {
    const bucket = this.#buckets.get(second)
    if (!bucket?.delete(item) || bucket.size > 0) return
    this.#buckets.delete(second)
    // The timer is not reset when its second is removed: one needless call is cheaper than a search on every removal.
    if (this.#buckets.size === 0) this.#stop()
  }

  #sleepUntil(second: number): void {
    this.#stop()
    this.#wakesFor = second
    const sleep = Math.min(Math.max(this.#until(second) * 1000, 1), longestSleep)
    this.#stopTimer = startTimer(sleep, () => this.#wake())
  }

  /** If the clock fails, it is read again a second later. */
  #until(second: number): number {
    try {
      return second - this.#now()
    } catch {
      return 1
    }
  }

  #stop(): void {
    this.#stopTimer?.()
    this.#stopTimer = undefined
    this.#wakesFor = Number.POSITIVE_INFINITY
  }

  #wake(): void {
    this.#stop()
    const due = this.#takeDue()
    let next = Number.POSITIVE_INFINITY
    for (const second of this.#buckets.keys()) next = Math.min(next, second)
    if (next < Number.POSITIVE_INFINITY) this.#sleepUntil(next)
    for (const item of due) item.due()
  }

  #takeDue(): readonly Due[] {
    const due: Due[] = []
    let now: number
    try {
      now = this.#now()
    } catch {
      return due
    }
    if (now < this.#lastWake) this.#onSetBack()
    this.#lastWake = now
    for (const [second, items] of this.#buckets) {
      if (second > now) continue
      this.#buckets.delete(second)
      for (const item of items) due.push(item)
    }
    return due
  }
}
