/** A token that its issuer, or the operator, has revoked. */
export interface Revocation {
  readonly iss: string
  readonly jti: string
  /** The token's own `exp`, in seconds. A revocation is remembered for a minute longer. */
  readonly exp: number
  /** The mission of the token, where it is known. Whether that mission is still active is then asked again. */
  readonly mission?: { readonly approver: string; readonly s256: string } | undefined
}

/** A revocation as it is handed to a store. */
export interface RevocationEntry extends Revocation {
  /**
   * Whether a list in `trust` names the issuer. It decides shares and no verdict: processes of one fleet may differ
   * while a new configuration is rolled out.
   */
  readonly listed: boolean
}

/** What a store knows of a token. */
export interface FoundRevocation {
  readonly revoked: boolean
  /** Second, by the clock of the store, of the last `purge` of the issuer; absent where there was none. */
  readonly purgedAt?: number | undefined
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

/** A mission that was terminated. That is permanent (docs/decisions.md#termination-is-permanent). */
export interface Tombstone {
  /** The person server that approved the mission. */
  readonly approver: string
  readonly s256: string
  /** Why it was terminated, if that is known: 1 to 128 printable ASCII characters. */
  readonly reason?: string | undefined
}

/** A tombstone as it is handed to a store. */
export interface TombstoneEntry extends Tombstone {
  /** Whether a list in `trust` names the person server. It decides shares and no verdict. */
  readonly listed: boolean
}

/** What became of a tombstone: `'full'` says that its person server, or all unlisted ones together, have used up their share. */
export type TombstoneVerdict = 'recorded' | 'full'

type MayWait<T> = T | Promise<T>

/**
 * Where revoked tokens are remembered. A store that throws, rejects, answers anything else or takes longer than 500 ms
 * refuses the request with 503.
 *
 * Contract, proved by `revocationStoreChecks` of `@aauth-guard/testing`:
 * - Whatever `add` has answered with `'recorded'`, every later `find` reports as revoked, in every process that shares
 *   the store, until the store's own clock has passed `exp + 60`. Entries leave for no other reason. Of two entries for
 *   one token the later `exp` counts.
 * - Entries of one issuer never stand for those of another. An issuer that has used up its share is answered with
 *   `'full'` and takes none of the others' room. A listed issuer has its share whatever others do.
 * - After `purge` of an issuer every later `find` for it reports the second of the last purge, for any `jti`. That is
 *   remembered for good.
 */
export interface RevocationStore {
  /** Adds or renews an entry, atomically. */
  add(entry: RevocationEntry): MayWait<RevocationVerdict>
  /** Asked on every request. */
  find(token: { readonly iss: string; readonly jti: string }): MayWait<FoundRevocation>
  /**
   * Notes that whatever the issuer issued or said before counts for nothing.
   * @returns the second of the purge, by the clock of the store
   */
  purge(issuer: { readonly iss: string; readonly listed: boolean }): MayWait<number>
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
 * Where terminated missions are remembered, for good. A store that throws, rejects, answers anything else or takes
 * longer than 500 ms refuses the request with 503.
 *
 * Contract, proved by `tombstoneStoreChecks` of `@aauth-guard/testing`: whatever `add` has answered with `'recorded'`,
 * every later `find` finds, in every process that shares the store and after every restart; nothing leaves. The first
 * tombstone of a mission stays as it is. Once `add` had to answer `'full'` for a person server, `find` answers `'full'`
 * for every mission of that person server that it does not find, and for those of no other.
 */
export interface TombstoneStore {
  /** Records that a mission is terminated, atomically. */
  add(entry: TombstoneEntry): MayWait<TombstoneVerdict>
  /** Asked on every request that carries a mission. */
  find(mission: {
    readonly approver: string
    readonly s256: string
    readonly listed: boolean
  }): MayWait<Tombstone | 'full' | undefined>
}

/** State that a fleet shares. What is left out is kept in the memory of the process. */
export interface Stores {
  readonly tombstones?: TombstoneStore
  readonly revocations?: RevocationStore
  readonly replays?: ReplayStore
}
