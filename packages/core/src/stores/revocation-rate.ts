import { GrowingCache } from '../limits/growing-cache.ts'
import { TokenBucket } from '../limits/token-bucket.ts'

const perSecond = 10
const burst = 100

/** Limits how fast an issuer may revoke. Each issuer has its own limit, so that it cannot exhaust others (R11-252). */
export class RevocationRate {
  readonly #issuers = new GrowingCache<TokenBucket>({ max: 1000 })

  /** Whether the issuer may revoke now; counts the revocation if so. */
  take(iss: string, now: number): boolean {
    const bucket = this.#issuers.get(iss) ?? new TokenBucket(perSecond, burst)
    this.#issuers.set(iss, bucket)
    if (!bucket.hasToken(now)) return false
    bucket.take()
    return true
  }
}
