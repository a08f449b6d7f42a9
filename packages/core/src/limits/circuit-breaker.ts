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

  /** @param now integer seconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * @param isFailure whether an error means that the server or store could not be reached
   * @throws {CircuitOpenError} if the circuit is open (the promise rejects); what `work` throws
   */
  async run<T>(work: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T> {
    if (this.#failures >= maxFailures) {
      if (this.#isOpen())
        throw new CircuitOpenError(
          `not called for ${openFor} seconds after ${maxFailures} consecutive failures`,
        )
      // While the first call after the pause is under way, other calls are still refused.
      this.#openedAt = this.#now()
    }
    try {
      const answer = await work()
      this.#failures = 0
      return answer
    } catch (error) {
      if (isFailure(error)) {
        this.#failures += 1
        this.#openedAt = this.#now()
      } else this.#failures = 0
      throw error
    }
  }

  /** If the clock was set back, the circuit closes rather than staying open for longer. */
  #isOpen(): boolean {
    const now = this.#now()
    return now >= this.#openedAt && now < this.#openedAt + openFor
  }
}
