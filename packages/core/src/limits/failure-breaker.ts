/** Milliseconds for which nothing but failures must have occurred. */
const minDuration = 1000
/** Number of failures in that time. */
const minFailures = 5
/** Milliseconds between two attempts while the circuit is open. */
const probeInterval = 250

/**
 * Stops calls to a store that does nothing but fail, so that requests are refused at once instead of at their deadline. One
 * call per interval tries whether the store has recovered. Uses the monotonic clock.
 */
export class FailureBreaker {
  #failures = 0
  #firstFailureAt = 0
  #nextProbeAt = 0
  #isKnownOpen = false

  /** Whether a call may be made now. While the circuit is open, one call per interval may. */
  admits(): boolean {
    if (!this.isOpen) return true
    const now = performance.now()
    if (now < this.#nextProbeAt) return false
    this.#nextProbeAt = now + probeInterval
    return true
  }

  get isOpen(): boolean {
    return this.#failures >= minFailures && performance.now() - this.#firstFailureAt >= minDuration
  }

  /** @returns whether the circuit was open, as far as {@link failed} said so */
  succeeded(): boolean {
    const wasOpen = this.#isKnownOpen
    this.#failures = 0
    this.#isKnownOpen = false
    return wasOpen
  }

  /** @returns whether the circuit is open since this failure */
  failed(): boolean {
    if (this.#failures === 0) this.#firstFailureAt = performance.now()
    this.#failures += 1
    if (!this.isOpen) return false
    this.#nextProbeAt = performance.now() + probeInterval
    const isNews = !this.#isKnownOpen
    this.#isKnownOpen = true
    return isNews
  }
}
