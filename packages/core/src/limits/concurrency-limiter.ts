/** The call was not made: too many calls were waiting, or it did not start before the deadline. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError'
}

/** Limits the number of concurrent calls. Further calls wait in order, up to a maximum; others are refused. */
export class ConcurrencyLimiter {
  #running = 0
  readonly #waiting: (() => void)[] = []
  readonly #maxRunning: number
  readonly #maxWaiting: number

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning
    this.#maxWaiting = maxWaiting
  }

  /**
   * @param signal ends the wait
   * @throws {QueueFullError} if `work` was not called (the promise rejects); what `work` throws
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal)
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#maxRunning) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= this.#maxWaiting) throw new QueueFullError('too many calls are waiting')
    const tooLate = new QueueFullError('the call did not start before the deadline')
    if (signal.aborted) throw tooLate
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', give)
        resolve()
      }
      const give = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(tooLate)
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', give, { once: true })
    })
  }
}
