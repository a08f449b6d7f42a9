import { IssuerShares } from '../limits/issuer-shares.ts'
import type { FoundRevocation, RevocationEntry, RevocationStore, RevocationVerdict } from './stores.ts'

/** Maximum number of purged issuers. Only the operator purges, so this limits mistakes and not attacks. */
const maxPurged = 10_000
/** Seconds that an entry is kept after `exp`, since clocks differ. */
const tolerance = 60

/**
 * Revoked tokens in the memory of this process. Entries are only removed after their token has expired, and never
 * evicted. When an issuer, or all unlisted issuers, have used up their share, the result is `'full'` (REV-8, K10, K11).
 */
export class RevocationMemory implements RevocationStore {
  readonly #entries: IssuerShares<number>
  readonly #purgedAt = new Map<string, number>()
  readonly #now: () => number
  #sweptAt = Number.NEGATIVE_INFINITY

  /**
   * @param max entries of all unlisted issuers together
   * @param now the clock, in seconds
   */
  constructor(max: number, maxPerIssuer: number, now: () => number) {
    this.#entries = new IssuerShares(max, maxPerIssuer)
    this.#now = now
  }

  /** Each issuer has one namespace for all types of token (A-05, R11-245). */
  find({ iss, jti }: { readonly iss: string; readonly jti: string }): FoundRevocation {
    const revoked = this.#entries.get(iss, jti) !== undefined
    const purgedAt = this.#purgedAt.get(iss)
    return purgedAt === undefined ? { revoked } : { revoked, purgedAt }
  }

  add({ iss, jti, exp, listed }: RevocationEntry): RevocationVerdict {
    const known = this.#entries.get(iss, jti)
    if (known === undefined && !this.#entries.hasRoom(iss, listed)) {
      if (!this.#sweep(this.#now()) || !this.#entries.hasRoom(iss, listed)) return 'full'
    }
    this.#entries.set(iss, jti, Math.max(known ?? 0, exp + tolerance), listed)
    return 'recorded'
  }

  /** @throws {RangeError} when no more purges can be remembered */
  purge({ iss }: { readonly iss: string }): number {
    const known = this.#purgedAt.get(iss)
    if (known === undefined && this.#purgedAt.size >= maxPurged)
      throw new RangeError(`${maxPurged} purged issuers are remembered: restart the process`)
    // If the clock was set back, an earlier time must not replace that of a later purge.
    const purgedAt = Math.max(known ?? 0, Math.floor(this.#now()))
    this.#purgedAt.set(iss, purgedAt)
    return purgedAt
  }

  /** At most once per second, so that a full memory is not searched on every call. */
  #sweep(now: number): boolean {
    if (now === this.#sweptAt) return false
    this.#sweptAt = now
    this.#entries.drop((until) => until < now)
    return true
  }
}
