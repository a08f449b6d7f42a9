/**
 * Decides where a signature is verified: on this thread, or on the thread pool.
 *
 * The pool frees the event loop and uses the other cores, but handing over costs about half a verification. So a single
 * request is verified on this thread, and overlapping requests go to the pool. Requests overlap if one arrives while
 * another is in the pool. To detect that, some requests that arrive in the same turn of the event loop as the one
 * before are sent to the pool, at longer intervals while nothing overlaps. Where the process has one core, the pool has
 * nothing to offer.
 */
export class VerificationPlace {
  #inPool = 0
  #sameTurn = false
  #sinceProbe = 0
  #probeEvery = 1
  readonly #hasOneCore: boolean

  /** @param cores that the process may use at once */
  constructor(cores: number) {
    this.#hasOneCore = cores < 2
  }

  isHere(): boolean {
    if (this.#hasOneCore) return true
    if (this.#inPool > 0) {
      this.#probeEvery = 1
      return false
    }
    if (!this.#sameTurn) {
      this.#sameTurn = true
      setImmediate(this.#endTurn)
      return true
    }
    if (++this.#sinceProbe < this.#probeEvery) return true
    this.#sinceProbe = 0
    this.#probeEvery = Math.min(this.#probeEvery * 2, 1024)
    return false
  }

  enterPool(): void {
    this.#inPool++
  }

  leavePool(): void {
    this.#inPool--
  }

  readonly #endTurn = (): void => {
    this.#sameTurn = false
  }
}
