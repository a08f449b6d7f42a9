import { GrowingCache } from '../limits/growing-cache.ts'

/**
 * The purges of issuers that this process has acted on. Whatever was cached of an issuer before a purge is dropped when
 * the purge becomes known: at once where it was called for, otherwise with the next look at one of its tokens.
 */
export class Purges {
  /** Forgetting one costs a second look at the keys of the issuer, nothing else. */
  readonly #known = new GrowingCache<number>({ max: 10_000 })
  readonly #drop: (iss: string) => void

  /** @param drop forgets whatever is cached of an issuer */
  constructor(drop: (iss: string) => void) {
    this.#drop = drop
  }

  /** Whether a purge of the issuer is known. */
  has(iss: string): boolean {
    return this.#known.has(iss)
  }

  /** Takes note of what a store said of the last purge. */
  note(iss: string, purgedAt: number | undefined): void {
    if (purgedAt === undefined || purgedAt <= (this.#known.get(iss) ?? Number.NEGATIVE_INFINITY)) return
    this.#known.set(iss, purgedAt)
    this.#drop(iss)
  }

  /** Drops first, so that a store that fails delays nothing; then no look at the store drops it again. */
  async begin(iss: string, record: () => number | Promise<number>): Promise<void> {
    this.#drop(iss)
    const purgedAt = record()
    this.#known.set(iss, typeof purgedAt === 'number' ? purgedAt : await purgedAt)
  }
}
