/** Seconds; no deadline of a look-up is longer. */
const longest = 10

/**
 * How many issuers nobody here has heard of may be looked up: callers that need no credential to name one must
 * not turn the resource into a scanner (security I19).
 */
export class FirstContactBudget {
  #tokens: number
  #filledAt: number | undefined
  /** When each place that is taken is free again at the latest: a runtime may drop a look-up without a word. */
  #taken: number[] = []
  readonly #perSecond: number
  readonly #burst: number
  readonly #concurrent: number

  constructor(perSecond: number, burst: number, concurrent: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#concurrent = concurrent
    this.#tokens = burst
  }

  /** Takes one place, or says no. */
  take(now: number): boolean {
    const elapsed = Math.max(0, now - (this.#filledAt ?? now))
    this.#filledAt = now
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#perSecond)
    this.#taken = this.#taken.filter((until) => until > now)
    if (this.#tokens < 1 || this.#taken.length >= this.#concurrent) return false
    this.#tokens -= 1
    this.#taken.push(now + longest)
    return true
  }

  give(): void {
    this.#taken.shift()
  }
}
