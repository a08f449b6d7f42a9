/** A token that its issuer, or the operator, has revoked. */
export interface Revocation {
  readonly iss: string
  readonly jti: string
  /** The `exp` of the token, in seconds. A revocation is remembered for a minute longer. */
  readonly exp: number
  /** The mission of the token, if known. The status of that mission is then queried again. */
  readonly mission?: { readonly approver: string; readonly s256: string } | undefined
}

/** A revocation as it is passed to a store. */
export interface RevocationEntry extends Revocation {
  /**
   * Whether a list in `trust` names the issuer. It decides shares and no verdict: processes of one fleet may differ
   * while a new configuration is rolled out.
   */
  readonly listed: boolean
}

/** What a store knows about a token. */
export interface FoundRevocation {
  readonly revoked: boolean
  /** Second of the last `purge` of the issuer, by the clock of the store; absent if there was none. */
  readonly purgedAt?: number | undefined
}

/** The result of adding a revocation. `'full'` means that its issuer, or all issuers together, used up their share. */
export type RevocationVerdict = 'recorded' | 'full'

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

/** A mission that was terminated. That is permanent (docs/decisions.md#termination-is-permanent). */
export interface Tombstone {
  /** The person server that approved the mission. */
  readonly approver: string
  readonly s256: string
  /** Why it was terminated, if known: 1 to 128 printable ASCII characters. */
  readonly reason?: string | undefined
}

/** A tombstone as it is passed to a store. */
export interface TombstoneEntry extends Tombstone {
  /** Whether a list in `trust` contains the person server. Affects shares only. */
  readonly listed: boolean
}

/** The result of adding a tombstone. `'full'` means that its person server, or all unlisted ones, used up their share. */
export type TombstoneVerdict = 'recorded' | 'full'

type MayWait<T> = T | Promise<T>

/**
 * Stores revoked tokens. If a store throws, rejects, returns an invalid value or takes longer than 500 ms, the request is
 * refused with 503.
 *
 * Contract, proved by `revocationStoreChecks` of `@aauth-guard/testing`:
 * - Once `add` has returned `'recorded'` for a token, every later `find` reports it as revoked, in every process that
 *   shares the store, until the clock of the store has passed `exp + 60`. Entries are not removed for any other reason.
 *   Of two entries for one token, the later `exp` counts.
 * - Entries of one issuer never apply to another. For an issuer that has used up its share, `add` returns `'full'`, and
 *   the issuer does not use the space of others. The share of a listed issuer does not depend on others.
 * - After `purge` of an issuer, every later `find` for it reports the second of the last purge, for any `jti`. Purges are
 *   remembered permanently.
 */
export interface RevocationStore {
  /** Adds or renews an entry, atomically. */
  add(entry: RevocationEntry): MayWait<RevocationVerdict>
  /** Asked on every request. */
  find(token: { readonly iss: string; readonly jti: string }): MayWait<FoundRevocation>
  /**
   * Records that everything the issuer issued or stated before is no longer valid.
   * @returns the second of the purge, by the clock of the store
   */
  purge(issuer: { readonly iss: string; readonly listed: boolean }): MayWait<number>
}

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
export interface ReplayStore {
  mark(mark: ReplayMark): MayWait<ReplayVerdict>
}

/**
 * Stores terminated missions permanently. If a store throws, rejects, returns an invalid value or takes longer than
 * 500 ms, the request is refused with 503.
 *
 * Contract, tested by `tombstoneStoreChecks` of `@aauth-guard/testing`: once `add` has returned `'recorded'`, every later
 * `find` returns the tombstone, in every process that shares the store and after every restart. Tombstones are never
 * removed, and the first tombstone of a mission is not changed. Once `add` has returned `'full'` for a person server,
 * `find` returns `'full'` for every mission of that person server that it does not find, but not for other servers.
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

/** State that several processes share. Stores that are left out are kept in the memory of the process. */
export interface Stores {
  readonly tombstones?: TombstoneStore
  readonly revocations?: RevocationStore
  readonly replays?: ReplayStore
}
