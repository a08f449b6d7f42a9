/** A token that its issuer, or the operator, has withdrawn. */
export interface Revocation {
  readonly iss: string
  readonly jti: string
  /** The token's own `exp`, in seconds; the entry is kept a minute longer. */
  readonly exp: number
}

/** What became of a revocation: `'full'` says that its issuer, or all of them, have used up their share. */
export type RevocationVerdict = 'recorded' | 'full'

/** What a store found: `'full'` says that there is no room to remember, for this key or at all. */
export type ReplayVerdict = 'first' | 'repeated' | 'full'

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
 * Where signatures that were used once are remembered.
 *
 * Contract, proved by `replayStoreChecks` of `@aauth-guard/testing`: of any number of calls with one owner and
 * fingerprint, at the same time or not, exactly one is answered with `'first'` until `until`; a key that has used
 * up its share takes nothing of the others'.
 */
export interface ReplayStore {
  /**
   * @param owner thumbprint of the signing key
   * @param fingerprint of the signature base; never of the signature bytes, which an ECDSA signer can vary
   * @param until second up to which the signature would be fresh
   */
  mark(owner: string, fingerprint: string, until: number, now: number): MayWait<ReplayVerdict>
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
