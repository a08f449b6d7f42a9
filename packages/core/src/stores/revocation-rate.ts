import { GrowingCache } from '../limits/growing-cache.ts'
import { TokenBucket } from '../limits/token-bucket.ts'

const perSecond = 10
const burst = 100

/** How fast an issuer may revoke: it has bounds of its own, so that it cannot use up what others need (R11-252). */
export class RevocationRate {
  readonly #issuers = new GrowingCache<TokenBucket>({ max: 1000 })

  /** Takes one place of the issuer, or says no. */
  take(iss: string, now: number): boolean {
    const bucket = this.#issuers.get(iss) ?? new TokenBucket(perSecond, burst)
    this.#issuers.set(iss, bucket)
    if (!bucket.hasToken(now)) return false
    bucket.take()
    return true
  }
}
