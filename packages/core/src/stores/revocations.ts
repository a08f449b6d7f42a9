import { IssuerShares } from './issuer-shares.ts'
import type { Revocation, RevocationStore, RevocationVerdict } from './stores.ts'

/**
 * Withdrawn tokens of this process. Entries leave only when their token has expired, never because others came;
 * when an issuer has used up its share, or all have, it says so (REV-8, security K10, K11).
 */
export class RevocationMemory implements RevocationStore {
  readonly #entries: IssuerShares<number>
  #sweptAt = Number.NEGATIVE_INFINITY

  /** @param max entries of all strangers together */
  constructor(max: number, maxPerIssuer: number, isNamed: (iss: string) => boolean = () => false) {
    this.#entries = new IssuerShares(max, maxPerIssuer, isNamed)
  }

  /** One name space per issuer, whatever the type of the token (A-05, R11-245). */
  has(iss: string, jti: string): boolean {
    return this.#entries.get(iss, jti) !== undefined
  }

  add({ iss, jti, exp }: Revocation, now: number): RevocationVerdict {
    const known = this.#entries.get(iss, jti)
    if (known === undefined && !this.#entries.hasRoom(iss)) {
      if (!this.#sweep(now) || !this.#entries.hasRoom(iss)) return 'full'
    }
    this.#entries.set(iss, jti, Math.max(known ?? 0, exp + 60))
    return 'recorded'
  }

  /** Once a second: whoever meets a full memory again and again must not make it cost a walk each time. */
  #sweep(now: number): boolean {
    if (now === this.#sweptAt) return false
    this.#sweptAt = now
    this.#entries.drop((until) => until < now)
    return true
  }
}
