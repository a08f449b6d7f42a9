import { GrowingCache } from '../limits/growing-cache.ts'
import { TokenBucket } from '../limits/token-bucket.ts'

/** Seconds. No fetch has a longer deadline. */
const longest = 10
/** More domains than can be fetched from while a bucket refills. */
const maxDomains = 1024

interface Taken {
  readonly domain: string
  /** When the slot is released at the latest, since a runtime may drop a fetch without settling its promise. */
  readonly until: number
}

/**
 * Limits fetches from issuers that `trust` does not list. Naming an issuer takes no credential, and callers must not
 * be able to turn the resource into a scanner (I19). One domain can use at most half of the limit.
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
   * Takes one slot for an issuer of this domain.
   * @returns a function that releases the slot; `undefined` when the limit is reached
   */
  take(domain: string, now: number): (() => void) | undefined {
    const bucket = this.#bucketOf(domain)
    // Both are called, since the call refills the bucket.
    const [any, own] = [this.#all.hasToken(now), bucket.hasToken(now)]
    if (!any || !own || !this.#hasPlace(domain, now)) return undefined
    this.#all.take()
    bucket.take()
    const place = { domain, until: now + longest }
    this.#taken.add(place)
    return () => this.#taken.delete(place)
  }

  use(now: number): { readonly running: number; readonly maxRunning: number; readonly available: number } {
    const running = [...this.#taken].filter(({ until }) => until > now && until <= now + longest).length
    const available = Math.min(this.#concurrent - running, this.#all.available(now))
    return { running, maxRunning: this.#concurrent, available: Math.max(0, available) }
  }

  #hasPlace(domain: string, now: number): boolean {
    let own = 0
    for (const place of this.#taken) {
      // Later than any slot can last: the clock was ahead when the slot was taken.
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
