import type { Revocation, RevocationStore, RevocationVerdict } from './stores.ts'

/**
 * Withdrawn tokens of this process. Entries leave only when their token has expired, never because others came;
 * when an issuer has used up its share, or all have, it says so (REV-8, security K10, K11).
 */
export class RevocationMemory implements RevocationStore {
  private readonly byIssuer = new Map<string, Map<string, number>>()
  private size = 0
  private readonly max: number
  private readonly maxPerIssuer: number

  constructor(max: number, maxPerIssuer: number) {
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
      if (this.size >= this.max || entries.size >= this.maxPerIssuer) this.sweep(now)
      if (this.size >= this.max || entries.size >= this.maxPerIssuer) return 'full'
      this.size += 1
    }
    entries.set(jti, Math.max(known ?? 0, exp + 60))
    this.byIssuer.set(iss, entries)
    return 'recorded'
  }

  private sweep(now: number): void {
    for (const [iss, entries] of this.byIssuer) {
      for (const [jti, until] of entries) {
        if (until >= now) continue
        entries.delete(jti)
        this.size -= 1
      }
      if (entries.size === 0) this.byIssuer.delete(iss)
    }
  }
}
