/** A token bucket. */
export class TokenBucket {
  #tokens: number
  #filledAt: number | undefined
  readonly #perSecond: number
  readonly #burst: number

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
  }

  /** Refills the bucket and returns whether it has a token. */
  hasToken(now: number): boolean {
    return this.available(now) >= 1
  }

  /** Refills the bucket and returns the number of whole tokens. A clock that was set back refills nothing. */
  available(now: number): number {
    const elapsed = Math.max(0, now - (this.#filledAt ?? now))
    this.#filledAt = now
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#perSecond)
    return Math.floor(this.#tokens)
  }

  take(): void {
    this.#tokens -= 1
  }
}
