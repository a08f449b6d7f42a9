/** A token that its issuer, or the operator, has withdrawn. */
export interface Revocation {
  readonly iss: string
  readonly jti: string
  /** The token's own `exp`, in seconds; the entry is kept a minute longer. */
  readonly exp: number
}

/** What became of a revocation: `'full'` says that its issuer, or all of them, have used up their share. */
export type RevocationVerdict = 'recorded' | 'full'

/** A signature that was used, as a replay store remembers it. */
export interface ReplayMark {
  /** `iss` of the token: whose share is used. */
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
 * What a store found. `'full'`: a share is used up. `'unknown'`: the store cannot tell, since by its clock the signature
 * is stale for a minute or lies too far ahead.
 */
export type ReplayVerdict = 'first' | 'repeated' | 'full' | 'unknown'

/** The end of a mission. No mission comes back from it (matrix §5.3, rule 1). */
export interface Tombstone {
  /** The person server that approved the mission. */
  readonly approver: string
  readonly s256: string
  /** Why it ended, if that is known: 1 to 128 printable ASCII characters. */
  readonly reason?: string | undefined
  /** The second at which this resource learned of it. */
  readonly learnedAt: number
}

/** What became of a tombstone: `'full'` says that its person server, or all strangers, have used up their share. */
export type TombstoneVerdict = 'recorded' | 'full'

type MayWait<T> = T | Promise<T>

/**
 * Where withdrawn tokens are remembered. A store that throws, rejects or does not answer refuses requests with 503;
 * nothing is let through that it was not asked about.
 *
 * Contract, proved by `revocationStoreChecks` of `@aauth-guard/testing`: what `add` has answered with `'recorded'`
 * every later `has` finds, in every process that shares the store, until `exp` and a minute; entries leave for no
 * other reason; one issuer's entries never stand for another's; an issuer that uses up its share takes none of
 * the others'.
 */
export interface RevocationStore {
  /** Adds or renews an entry, atomically; `now` in seconds. */
  add(revocation: Revocation, now: number): MayWait<RevocationVerdict>
  /** Whether this token is withdrawn. Asked on every request. */
  has(iss: string, jti: string): MayWait<boolean>
}

/**
 * Where signatures that were used once are remembered. A store that throws, rejects, answers anything else or takes
 * longer than 500 ms refuses the request with 503.
 *
 * Contract, proved by `replayStoreChecks` of `@aauth-guard/testing`:
 * - Of any number of calls with one `owner` and `fingerprint`, at the same time or not, exactly one is answered with
 *   `'first'`, in every process that shares the store. The others are answered with `'repeated'`.
 * - The store judges by its own clock. It keeps a mark until that clock shows `until + 60`. From then on it answers
 *   `'unknown'`, never `'first'`, and so it does for an `until` more than `2 × window + 60` seconds ahead.
 * - A key, an issuer, or all unlisted issuers together that have used up their share are answered with `'full'`. Nothing
 *   is forgotten to make room. A listed issuer has its share whatever others do. The shares of unlisted issuers shrink
 *   with what is left of their pool, so that a few cannot take all of it, and those of keys may shrink likewise; each is
 *   whole as long as half of the pool, or of the issuer's share, is free.
 */
export interface ReplayStore {
  mark(mark: ReplayMark): MayWait<ReplayVerdict>
}

/**
 * Where missions that ended are remembered, for good. A store that throws, rejects or does not answer refuses the
 * requests of every mission with 503.
 *
 * Contract, proved by `tombstoneStoreChecks` of `@aauth-guard/testing`: what `add` has answered with `'recorded'` every
 * later `find` finds, in every process that shares the store and after every restart; nothing leaves. The first
 * tombstone of a mission stays as it is. Once a person server's end had to be answered with `'full'`, `find` answers
 * `'full'` for every mission of that person server that it does not find, and for those of no other.
 */
export interface TombstoneStore {
  /** Records an end, atomically. */
  add(tombstone: Tombstone): MayWait<TombstoneVerdict>
  /** Asked on every request that carries a mission. */
  find(approver: string, s256: string): MayWait<Tombstone | 'full' | undefined>
}

/** State that a fleet shares. What is left out is kept in the memory of the process. */
export interface Stores {
  readonly tombstones?: TombstoneStore
  readonly revocations?: RevocationStore
  readonly replays?: ReplayStore
}
