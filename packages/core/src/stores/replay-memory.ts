import { ForgottenTimes } from './forgotten-times.ts'
import { type KeyShare, type ReplayBounds, ReplayShares } from './replay-shares.ts'
import type { ReplayMark, ReplayStore, ReplayVerdict } from './stores.ts'

/** Seconds that a mark is kept after its signature is stale, since clocks differ. */
const tolerance = 60

/** The marks whose signatures become stale in the same second, in two columns to save memory. */
interface Bucket {
  readonly shares: KeyShare[]
  readonly fingerprints: string[]
  /** The longest window of these signatures, in seconds. */
  window: number
}

/**
 * Remembers the signatures that this process accepted, each in about 130 octets. A mark is only dropped a minute after
 * its signature became stale. When a share is used up, the result is `'full'` (J06).
 *
 * Marks are grouped by the second in which they expire, so that none delays another. If the clock is set back, the result
 * is `'unknown'` for exactly those seconds whose marks were dropped (C12).
 */
export class ReplayMemory implements ReplayStore {
  readonly #now: () => number
  readonly #shares: ReplayShares
  readonly #marks = new Map<string, Set<string>>()
  readonly #buckets = new Map<number, Bucket>()
  readonly #forgotten = new ForgottenTimes()
  #sweptAt: number | undefined

  /** @param now the clock, in seconds */
  constructor(bounds: ReplayBounds, now: () => number) {
    this.#shares = new ReplayShares(bounds)
    this.#now = now
  }

  mark({ issuer, owner, fingerprint, until, window, listed }: ReplayMark): ReplayVerdict {
    const now = this.#now()
    this.#sweep(now)
    if (isOver(until, now) || isTooFarAhead(until, window, now)) return 'unknown'
    const marks = this.#marks.get(owner) ?? new Set()
    if (marks.has(fingerprint)) return 'repeated'
    if (this.#forgotten.has(until)) return 'unknown'
    const share = this.#shares.take(issuer, owner, listed)
    if (share === undefined) return 'full'
    this.#marks.set(owner, marks.add(fingerprint))
    const bucket = this.#buckets.get(until) ?? { shares: [], fingerprints: [], window }
    bucket.shares.push(share)
    bucket.fingerprints.push(fingerprint)
    bucket.window = Math.max(bucket.window, window)
    this.#buckets.set(until, bucket)
    return 'first'
  }

  /**
   * Runs once per second of the clock. Buckets too far in the future are from before the clock was set back; their
   * signatures are refused as unknown anyway.
   */
  #sweep(now: number): void {
    if (now === this.#sweptAt) return
    this.#sweptAt = now
    for (const [until, bucket] of this.#buckets)
      if (isOver(until, now) || isTooFarAhead(until, bucket.window, now)) this.#drop(until, bucket)
  }

  #drop(until: number, { shares, fingerprints }: Bucket): void {
    for (const [index, share] of shares.entries()) {
      this.#shares.giveBack(share)
      const marks = this.#marks.get(share.owner)
      marks?.delete(fingerprints[index] as string)
      if (marks?.size === 0) this.#marks.delete(share.owner)
    }
    this.#buckets.delete(until)
    this.#forgotten.add(until)
  }
}

function isOver(until: number, now: number): boolean {
  return now >= until + tolerance
}

/** `created` may lie one window ahead of the resource's clock, and the two clocks may differ by the tolerance. */
function isTooFarAhead(until: number, window: number, now: number): boolean {
  return until > now + 2 * window + tolerance
}
