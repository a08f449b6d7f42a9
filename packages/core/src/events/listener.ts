/** Milliseconds between two warnings about a listener that fails. */
const quiet = 60_000

/**
 * Calls a listener of the operator. What it returns is ignored. What it throws is counted, and logged at most once a
 * minute.
 */
export class Listener<Told extends unknown[]> {
  readonly #name: string
  readonly #listen: (...told: Told) => unknown
  #failures = 0
  #saidAt = Number.NEGATIVE_INFINITY

  /** @param name of the option, for the warning */
  constructor(name: string, listen: (...told: Told) => unknown) {
    this.#name = name
    this.#listen = listen
  }

  notify(...told: Told): void {
    try {
      const result = this.#listen(...told)
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error))
    } catch (error) {
      this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1
    const now = performance.now()
    if (now - this.#saidAt < quiet) return
    this.#saidAt = now
    console.warn(`aauth-guard: "${this.#name}" failed ${this.#failures} times, the last time with`, error)
  }
}
