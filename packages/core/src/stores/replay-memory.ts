import type { ReplayStore, ReplayVerdict } from './stores.ts'

/**
 * Remembers signatures of this process until they are stale anyway. Bounded: when it is full it says so, and
 * when a key has used up its share it says so for that key alone (security J06).
 */
export class ReplayMemory implements ReplayStore {
  readonly #seen = new Map<string, { readonly until: number; readonly owner: string }>()
  readonly #shares = new Map<string, number>()
  #forgotten = Number.NEGATIVE_INFINITY
  #nextSweep = Number.NEGATIVE_INFINITY
  readonly #max: number
  readonly #maxPerKey: number

  constructor(max: number, maxPerKey: number) {
    this.#max = max
    this.#maxPerKey = maxPerKey
  }

  /**
   * @param owner thumbprint of the signing key
   * @param fingerprint of the signature base; never of the signature bytes, which an ECDSA signer can vary
   * @param until second up to which the signature would be fresh
   */
  mark(owner: string, fingerprint: string, until: number, now: number): ReplayVerdict {
    this.#sweep(now)
    const key = `${owner.length} ${owner}${fingerprint}`
    // After the clock went back, what was forgotten cannot be told from what is new (security C12).
    if (this.#seen.has(key) || until <= this.#forgotten) return 'repeated'
    const share = this.#shares.get(owner) ?? 0
    if (this.#seen.size >= this.#max || share >= this.#maxPerKey) return 'full'
    this.#seen.set(key, { until, owner })
    this.#shares.set(owner, share + 1)
    return 'first'
  }

  #sweep(now: number): void {
    if (now < this.#nextSweep && this.#seen.size < this.#max) return
    this.#nextSweep = now + 1
    // Entries were made in almost the order they end in; the few that are not go a little later.
    for (const [key, { until, owner }] of this.#seen) {
      if (until >= now) break
      this.#seen.delete(key)
      this.#forgotten = Math.max(this.#forgotten, until)
      const share = (this.#shares.get(owner) ?? 1) - 1
      if (share === 0) this.#shares.delete(owner)
      else this.#shares.set(owner, share)
    }
  }
}
