import { GrowingCache } from '../limits/growing-cache.ts'

/**
 * The purges of issuers that this process has carried out. What is cached for an issuer is dropped when the purge
 * becomes known: at once in the process that called it, elsewhere at the next check of one of the issuer's tokens.
 */
export class Purges {
  /** If a purge is forgotten, the keys of the issuer are fetched once more; there is no other effect. */
  readonly #known = new GrowingCache<number>({ max: 10_000 })
  readonly #drop: (iss: string) => void

  /** @param drop removes everything that is cached for an issuer */
  constructor(drop: (iss: string) => void) {
    this.#drop = drop
  }

  /** Whether a purge of the issuer is known. */
  has(iss: string): boolean {
    return this.#known.has(iss)
  }

  /** Second of the last purge of an issuer that this process knows of, by the clock of the store. */
  at(iss: string): number | undefined {
    return this.#known.get(iss)
  }

  /** Records the last purge that a store reported. @returns whether it was not known */
  note(iss: string, purgedAt: number | undefined): boolean {
    if (purgedAt === undefined || purgedAt <= (this.#known.get(iss) ?? Number.NEGATIVE_INFINITY)) return false
    this.#known.set(iss, purgedAt)
    this.#drop(iss)
    return true
  }

  /**
   * Drops first, so that a failing store causes no delay. Reading the store afterwards does not drop it again.
   * @param now the clock of the process, which counts until the store has told its own second
   */
  async begin(iss: string, now: number, record: () => number | Promise<number>): Promise<void> {
    this.#known.set(iss, Math.max(now, this.#known.get(iss) ?? 0))
    this.#drop(iss)
    const purgedAt = record()
    this.#known.set(iss, typeof purgedAt === 'number' ? purgedAt : await purgedAt)
  }
}
