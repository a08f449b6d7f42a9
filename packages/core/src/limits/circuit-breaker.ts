/** Failures in a row after which nobody is asked for a while. */
const maxFailures = 5
/** Seconds for which nobody is. */
const openFor = 5

/** The breaker is open: nobody was asked. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError'
}

/** Leaves a server alone after failures in a row; then one call tries again (docs/decisions.md#active-answers). */
export class CircuitBreaker {
  #failures = 0
  #openedAt = 0
  readonly #now: () => number

  /** @param now integer seconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * @param isFailure whether an error says that the server could not be reached
   * @throws {CircuitOpenError} where the server is left alone (the promise rejects); what `work` throws
   */
  async run<T>(work: () => Promise<T>, isFailure: (error: unknown) => boolean): Promise<T> {
    if (this.#failures >= maxFailures) {
      if (this.#isOpen())
        throw new CircuitOpenError('the person server failed several times and is left alone')
      // Whoever comes while the first call after the pause is under way waits for another time.
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

  /** After the clock went back it is not open for longer either. */
  #isOpen(): boolean {
    const now = this.#now()
    return now >= this.#openedAt && now < this.#openedAt + openFor
  }
}
