import { GrowingCache } from '../limits/growing-cache.ts'
import { TokenBucket } from '../limits/token-bucket.ts'

/** Seconds; no deadline of a fetch is longer. */
const longest = 10
/** More domains than can be met while a bucket refills. */
const maxDomains = 1024

interface Taken {
  readonly domain: string
  /** When it is free again at the latest: a runtime may drop a fetch without a word. */
  readonly until: number
}

/**
 * How many issuers that are not listed in `trust` are fetched: callers that need no credential to name an issuer must
 * not turn the resource into a scanner (I19). No domain takes more than half of it.
 */
export class DiscoveryRateLimiter {
  readonly #all: TokenBucket
  readonly #byDomain: GrowingCache<TokenBucket>
  readonly #perSecond: number
  readonly #burst: number
  readonly #concurrent: number
  readonly #taken = new Set<Taken>()

  constructor(perSecond: number, burst: number, concurrent: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#concurrent = concurrent
    this.#all = new TokenBucket(perSecond, burst)
    this.#byDomain = new GrowingCache({ max: maxDomains })
  }

  /**
   * Takes one place for an issuer of this domain, or says no.
   * @returns gives the place back
   */
  take(domain: string, now: number): (() => void) | undefined {
    const bucket = this.#bucketOf(domain)
    // Both are asked, since asking refills.
    const [any, own] = [this.#all.hasToken(now), bucket.hasToken(now)]
    if (!any || !own || !this.#hasPlace(domain, now)) return undefined
    this.#all.take()
    bucket.take()
    const place = { domain, until: now + longest }
    this.#taken.add(place)
    return () => this.#taken.delete(place)
  }

  #hasPlace(domain: string, now: number): boolean {
    let own = 0
    for (const place of this.#taken) {
      // Beyond what any place is given for: the clock was ahead when it was taken.
      if (place.until <= now || place.until > now + longest) this.#taken.delete(place)
      else if (place.domain === domain) own += 1
    }
    return this.#taken.size < this.#concurrent && own < this.#concurrent / 2
  }

  #bucketOf(domain: string): TokenBucket {
    const known = this.#byDomain.get(domain)
    if (known) return known
    const bucket = new TokenBucket(this.#perSecond / 2, this.#burst / 2)
    this.#byDomain.set(domain, bucket)
    return bucket
  }
}
