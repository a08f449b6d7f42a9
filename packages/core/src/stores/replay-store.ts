import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import { ForgottenTimes } from './forgotten-times.ts'
import { type KeyShare, type ReplayBounds, ReplayShares } from './replay-shares.ts'
import type { MayWait, SharedStore, StoreKind } from './store-kind.ts'

/** A signature that was used, as a replay store remembers it. */
export interface ReplayMark {
  /** `iss` of the token, against whose share the signature counts. */
  readonly issuer: string
  /** JWK thumbprint (RFC 7638) of the signing key. */
  readonly owner: string
  /** SHA-256 of the signature base; never of the signature octets, which an ECDSA signer can vary. */
  readonly fingerprint: string
  /** Second through which the signature is fresh: `created` and the window. */
  readonly until: number
  /** Seconds that `created` may differ from the clock: `signatureWindow` of the resource. */
  readonly window: number
  /**
   * Whether a list in `trust` names the issuer. It decides shares and no verdict: processes of one fleet may differ
   * while a new configuration is rolled out.
   */
  readonly listed: boolean
}

/**
 * The result of marking a signature. `'full'` means that a share is used up. `'unknown'` means that the store cannot
 * tell, since by its clock the signature has been stale for a minute or is too far in the future.
 */
export type ReplayVerdict = 'first' | 'repeated' | 'full' | 'unknown'

/**
 * Stores used signatures. If a store throws, rejects, returns an invalid value or takes longer than 500 ms, the request is
 * refused with 503.
 *
 * Contract, proved by `replayStoreChecks` of `@aauth-guard/testing`:
 * - Of any number of calls with one `owner` and `fingerprint`, concurrent or not, exactly one returns `'first'`, in every
 *   process that shares the store. The others return `'repeated'`.
 * - The store uses its own clock. It keeps a mark until that clock shows `until + 60`. From then on it returns
 *   `'unknown'` and never `'first'`, and also for an `until` more than `2 × window + 60` seconds in the future.
 * - The store returns `'full'` when a key, an issuer, or all unlisted issuers together have used up their share. Marks are
 *   not evicted. The share of a listed issuer does not depend on others. The shares of unlisted issuers shrink with the
 *   free space of their pool, so that a few cannot take all of it, and the shares of keys may shrink in the same way. A
 *   share has its full size while half of the pool, or of the issuer's share, is free.
 */
export interface ReplayStore extends SharedStore {
  mark(mark: ReplayMark): MayWait<ReplayVerdict>
}

/** Whether a signature is new. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function markUsed(store: ReplayStore, mark: ReplayMark, budget?: WaitBudget): MayWait<ReplayVerdict> {
  return answered(
    store,
    '"stores.replays"',
    () => store.mark(mark),
    (answer) => answer === 'first' || answer === 'repeated' || answer === 'full' || answer === 'unknown',
    budget,
  )
}

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
 * Maximum number of expired marks that one call drops. All signatures that an attacker sends can become stale in the same
 * second, and dropping a hundred thousand marks at once would stop the event loop for a tenth of a second.
 */
const maxDropped = 1000

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
  /** The fingerprints of each key. A set for a key with a single mark would take more memory than all the rest. */
  readonly #marks = new Map<string, string | Set<string>>()
  readonly #buckets = new Map<number, Bucket>()
  /** Expired marks that are still to be dropped. */
  readonly #expired: Bucket[] = []
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
    const marks = this.#marks.get(owner)
    if (typeof marks === 'object' ? marks.has(fingerprint) : marks === fingerprint) return 'repeated'
    if (this.#forgotten.has(until)) return 'unknown'
    const share = this.#shares.take(issuer, owner, listed) ?? this.#takeExpired(issuer, owner, listed)
    if (share === undefined) return 'full'
    this.#add(owner, fingerprint)
    const bucket = this.#buckets.get(until) ?? { shares: [], fingerprints: [], window }
    bucket.shares.push(share)
    bucket.fingerprints.push(fingerprint)
    bucket.window = Math.max(bucket.window, window)
    this.#buckets.set(until, bucket)
    return 'first'
  }

  /**
   * Looks for expired buckets once per second of the clock. Buckets too far in the future are from before the clock was
   * set back; their signatures are refused as unknown anyway.
   */
  #sweep(now: number): void {
    if (now !== this.#sweptAt) {
      this.#sweptAt = now
      for (const [until, bucket] of this.#buckets) {
        if (!isOver(until, now) && !isTooFarAhead(until, bucket.window, now)) continue
        this.#buckets.delete(until)
        this.#forgotten.add(until)
        this.#expired.push(bucket)
      }
    }
    this.#dropExpired(maxDropped)
  }

  /** Drops all expired marks before a share counts as used up. */
  #takeExpired(issuer: string, owner: string, listed: boolean): KeyShare | undefined {
    if (this.#expired.length === 0) return undefined
    this.#dropExpired(Number.POSITIVE_INFINITY)
    return this.#shares.take(issuer, owner, listed)
  }

  #dropExpired(max: number): void {
    for (let left = max; left > 0; left--) {
      const bucket = this.#expired.at(-1)
      if (bucket === undefined) return
      const [share, fingerprint] = [bucket.shares.pop(), bucket.fingerprints.pop()]
      if (bucket.shares.length === 0) this.#expired.pop()
      if (share === undefined || fingerprint === undefined) continue
      this.#shares.giveBack(share)
      this.#delete(share.owner, fingerprint)
    }
  }

  #add(owner: string, fingerprint: string): void {
    const marks = this.#marks.get(owner)
    if (typeof marks === 'object') marks.add(fingerprint)
    else this.#marks.set(owner, marks === undefined ? fingerprint : new Set([marks, fingerprint]))
  }

  #delete(owner: string, fingerprint: string): void {
    const marks = this.#marks.get(owner)
    if (typeof marks === 'object') marks.delete(fingerprint)
    if (marks === fingerprint || (typeof marks === 'object' && marks.size === 0)) this.#marks.delete(owner)
  }
}

function isOver(until: number, now: number): boolean {
  return now >= until + tolerance
}

/** `created` may lie one window ahead of the resource's clock, and the two clocks may differ by the tolerance. */
function isTooFarAhead(until: number, window: number, now: number): boolean {
  return until > now + 2 * window + tolerance
}

/** Used signatures. */
export const replayKind: StoreKind<'replays', ReplayStore> = {
  name: 'replays',
  methods: ['mark'],
  inMemory: ({ now, limits: { replays, replaysPerIssuer, replaysPerKey } }) =>
    new ReplayMemory({ max: replays, maxPerIssuer: replaysPerIssuer, maxPerKey: replaysPerKey }, now),
}
