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

/** State that a fleet shares. What is left out is kept in the memory of the process. */
export interface Stores {
  readonly revocations?: RevocationStore
  readonly replays?: ReplayStore
}
