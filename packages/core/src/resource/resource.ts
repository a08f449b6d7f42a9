import type { Revocation } from '../stores/stores.ts'
import type { Missions } from './missions.ts'

/**
 * One protected API: its identity, whom it believes, its caches and keys. Made once and given to every guard, so
 * that what is published is what is enforced.
 */
export interface Resource {
  readonly issuer: string
  /** Terminated missions, and how to learn of terminations. */
  readonly missions: Missions
  /**
   * Revokes a token: requests that begin after the promise resolves are refused. `exp` (seconds) is the token's own and
   * says how long to remember it. Whether the mission of the token is still active is asked again; give `mission` where
   * you know it, since otherwise the resource knows it only of tokens that it has seen lately.
   *
   * @throws {RangeError} when no more can be remembered (the promise rejects)
   * @throws {TypeError} for a token without `iss`, `jti` or `exp`, or a malformed `mission` (the promise rejects)
   */
  revoke(token: Revocation): Promise<void>
  /**
   * Ends what an issuer vouched for until now, in every role, such as after a break-in: its keys are fetched again, the
   * tokens that it issued before this second (by their `iat`) are refused with `revoked_jwt`, and its answers "active"
   * and the links of keys to it are forgotten. Tokens that it issues afterwards are accepted; an issuer whose clock is
   * behind has those refused until its clock has passed the purge.
   *
   * Takes effect in this process at once, and in all that share `stores.revocations` once the promise has resolved.
   *
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects); this process has forgotten the issuer
   * all the same
   * @throws {TypeError} for a text that is not a server identifier (the promise rejects)
   */
  purgeIssuer(issuer: string): Promise<void>
  /**
   * Ends fetches, and every lifetime that `lifetimeOf` opened, with a `server_error` that says so. What needs a fetch
   * afterwards is refused with `server_error`, and a lifetime that is asked for has ended. No timer is left.
   */
  close(): void
}
