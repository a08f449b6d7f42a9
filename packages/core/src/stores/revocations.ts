import type { Revocation, RevocationStore, RevocationVerdict } from './stores.ts'

/**
 * Withdrawn tokens of this process. Entries leave only when their token has expired, never because others came;
 * when an issuer has used up its share, or all have, it says so (REV-8, security K10, K11).
 *
 * Issuers that the operator named have their share whatever the others do. The share of strangers shrinks with the
 * room that is left, so that a few of them cannot take all of it.
 */
export class RevocationMemory implements RevocationStore {
  private readonly byIssuer = new Map<string, Map<string, number>>()
  private size = 0
  private readonly max: number
  private readonly maxPerIssuer: number
  private readonly isNamed: (iss: string) => boolean
  private sweptAt = Number.NEGATIVE_INFINITY

  /** @param max entries of all strangers together */
  constructor(max: number, maxPerIssuer: number, isNamed: (iss: string) => boolean = () => false) {
    this.isNamed = isNamed
    this.max = max
    this.maxPerIssuer = maxPerIssuer
  }

  /** One name space per issuer, whatever the type of the token (A-05, R11-245). */
  has(iss: string, jti: string): boolean {
    return this.byIssuer.get(iss)?.has(jti) === true
  }

  add({ iss, jti, exp }: Revocation, now: number): RevocationVerdict {
    const entries = this.byIssuer.get(iss) ?? new Map<string, number>()
    const known = entries.get(jti)
    if (known === undefined) {
      const named = this.isNamed(iss)
      if (!this.hasRoom(entries.size, named)) this.sweep(now)
      if (!this.hasRoom(entries.size, named)) return 'full'
      if (!named) this.size += 1
    }
    entries.set(jti, Math.max(known ?? 0, exp + 60))
    this.byIssuer.set(iss, entries)
    return 'recorded'
  }

  private hasRoom(held: number, named: boolean): boolean {
    const shrunk = named ? this.maxPerIssuer : (2 * (this.max - this.size) * this.maxPerIssuer) / this.max
    return held < Math.min(this.maxPerIssuer, shrunk)
  }

  /** Once a second: whoever meets a full memory again and again must not make it cost a walk each time. */
  private sweep(now: number): void {
    if (now === this.sweptAt) return
    this.sweptAt = now
    for (const [iss, entries] of this.byIssuer) {
      const named = this.isNamed(iss)
      for (const [jti, until] of entries) {
        if (until >= now) continue
        entries.delete(jti)
        if (!named) this.size -= 1
      }
      if (entries.size === 0) this.byIssuer.delete(iss)
    }
  }
}
