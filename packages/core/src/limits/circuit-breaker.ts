/** Consecutive failures after which the circuit opens. */
const maxFailures = 5
/** Seconds for which the circuit stays open. */
const openFor = 5

/** The circuit is open, so no call was made. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError'
}

/**
 * Stops calls to a server or store after consecutive failures. After a pause, one call tries again
 * (docs/decisions.md#active-answers).
 */
export class CircuitBreaker {
  #failures = 0
  #openedAt = 0
  readonly #now: () => number
  readonly #onChange: ((state: 'open' | 'closed') => void) | undefined

  /**
   * @param now integer seconds
   * @param onChange called when the circuit opens, and when a call succeeds afterwards
   */
  constructor(now: () => number, onChange?: (state: 'open' | 'closed') => void) {
    this.#now = now
    this.#onChange = onChange
  }

  /** Whether calls are refused. */
  get isOpen(): boolean {
    return this.#failures >= maxFailures && this.#isWithinPause()
  }

  /**
   * @param isFailure whether an error means that the server or store could not be reached
   * @throws {CircuitOpenError} if the circuit is open (the promise rejects); what `work` throws
   */
  async run<T>(work: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T> {
    if (this.#failures >= maxFailures) {
      if (this.#isWithinPause())
        throw new CircuitOpenError(
          `not called for ${openFor} seconds after ${maxFailures} consecutive failures`,
        )
      // While the first call after the pause is under way, other calls are still refused.
      this.#openedAt = this.#now()
    }
    try {
      const answer = await work()
      this.#settle(0)
      return answer
    } catch (error) {
      const failure = isFailure(error)
      if (failure) this.#openedAt = this.#now()
      this.#settle(failure ? this.#failures + 1 : 0)
      throw error
    }
  }

  #settle(failures: number): void {
    const before = this.#failures
    this.#failures = failures
    if (before < maxFailures && failures >= maxFailures) this.#onChange?.('open')
    if (before >= maxFailures && failures < maxFailures) this.#onChange?.('closed')
  }

  /** If the clock was set back, the circuit closes rather than staying open for longer. */
  #isWithinPause(): boolean {
    const now = this.#now()
    return now >= this.#openedAt && now < this.#openedAt + openFor
  }
}
