import { startTimer } from './deadline.ts'

/** What a {@link DueTimer} holds. */
export interface Due {
  /** Called once the clock has reached the second it was added for. */
  due(): void
}

/** Milliseconds. `setTimeout` takes less than 2^31, and a clock that was set meanwhile must be noticed. */
const longestSleep = 30_000

/**
 * One timer for any number of seconds to wait for, by a clock that need not be that of the timer: whenever the timer
 * fires, the clock is read again. Nothing is set while nothing waits.
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
   * @param onSetBack called when the clock is found to have gone back
   */
  constructor(now: () => number, onSetBack: () => void) {
    this.#now = now
    this.#onSetBack = onSetBack
  }

  /** Seconds that somebody waits for. */
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
    // The timer stays for the second that is gone; it fires once in vain instead of a search on every call.
    if (this.#buckets.size === 0) this.#stop()
  }

  #sleepUntil(second: number): void {
    this.#stop()
    this.#wakesFor = second
    const sleep = Math.min(Math.max(this.#until(second) * 1000, 1), longestSleep)
    this.#stopTimer = startTimer(sleep, () => this.#wake())
  }

  /** A clock that fails is asked again a second later. */
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
