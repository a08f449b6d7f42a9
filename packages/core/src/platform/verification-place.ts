/**
 * Decides where a signature is verified: on this thread, or on the thread pool.
 *
 * The pool frees the event loop and uses the other cores, but handing over costs about half a verification. So a single
 * request is verified on this thread, and overlapping requests go to the pool. Requests overlap if one arrives while
 * another is in the pool. To detect that, some requests that arrive in the same turn of the event loop as the one
 * before are sent to the pool, at longer intervals while nothing overlaps. While the pool has something to do for every core,
 * this thread verifies one request in each turn as well, which saves its hand-over (bench/cores.md). Where the process has
 * one core, the pool has nothing to offer.
 */
export class VerificationPlace {
  #inPool = 0
  #sameTurn = false
  #sinceProbe = 0
  #probeEvery = 1
  readonly #cores: number

  /** @param cores that the process may use at once */
  constructor(cores: number) {
    this.#cores = cores
  }

  isHere(): boolean {
    if (this.#cores < 2) return true
    if (this.#inPool > 0) {
      this.#probeEvery = 1
      return this.#inPool >= this.#cores && this.#isFirstOfTurn()
    }
    if (this.#isFirstOfTurn()) return true
    if (++this.#sinceProbe < this.#probeEvery) return true
    this.#sinceProbe = 0
    this.#probeEvery = Math.min(this.#probeEvery * 2, 1024)
    return false
  }

  #isFirstOfTurn(): boolean {
    if (this.#sameTurn) return false
    this.#sameTurn = true
    setImmediate(this.#endTurn)
    return true
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
