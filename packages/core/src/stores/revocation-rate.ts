import { LRUCache } from 'lru-cache'

const perSecond = 10
const burst = 100

/** How fast an issuer may revoke: it has bounds of its own, so that it cannot use up what others need (R11-252). */
export class RevocationRate {
  readonly #issuers = new LRUCache<string, { tokens: number; at: number }>({ max: 1000 })

  /** Takes one place of the issuer, or says no. */
  take(iss: string, now: number): boolean {
    const bucket = this.#issuers.get(iss) ?? { tokens: burst, at: now }
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * perSecond)
    bucket.at = now
    this.#issuers.set(iss, bucket)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}
