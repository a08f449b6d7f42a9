/**
 * Decides where a signature is verified: here, or on the thread pool.
 *
 * Going to the pool frees the event loop and uses the other cores, but costs about half a verification in
 * hand-over. So a lone request is verified here, and as soon as requests overlap they go to the pool. Overlap
 * shows when one arrives while another is in the pool; to find out, every so often a request that arrives in
 * the same turn of the event loop as the one before is sent there, at longer intervals while nothing overlaps.
 */
export class VerificationPlace {
  #inPool = 0
  #sameTurn = false
  #sinceProbe = 0
  #probeEvery = 1

  isHere(): boolean {
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
