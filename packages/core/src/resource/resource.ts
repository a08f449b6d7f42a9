import type { ResourceListeners } from '../events/listeners.ts'
import type { Revocation } from '../stores/revocation-store.ts'
import type { Managed } from './managed-access.ts'
import type { Missions } from './missions.ts'
import type { ResourceSnapshot } from './snapshot.ts'

/**
 * One protected API: its identity, the issuers it trusts, its caches and its keys. Make it once and pass it to every
 * guard, so that the published metadata matches what the guards enforce.
 */
export interface Resource {
  readonly issuer: string
  /** Terminates missions, and reports their status. */
  readonly missions: Missions
  /** Ends what the resource agreed with persons, with the option `managed`. */
  readonly managed: Managed
  /**
   * Revokes a token: requests that begin after the promise resolves are refused. `exp` is that of the token, in seconds,
   * and determines how long the revocation is remembered. The status of the token's mission is queried again. Pass
   * `mission` if you know it: otherwise the resource knows the mission only if it has seen the token recently.
   *
   * @throws {RangeError} when no more can be remembered (the promise rejects)
   * @throws {TypeError} for a token without `iss`, `jti` or `exp`, or a malformed `mission` (the promise rejects)
   */
  revoke(token: Revocation): Promise<void>
  /**
   * Invalidates everything that an issuer has vouched for, in every role, such as after a break-in. Its keys are fetched
   * again, the tokens that it issued before this second (by their `iat`) are refused with `revoked_jwt`, and its cached
   * mission statuses and the links of keys to it are removed. Tokens that it issues afterwards are accepted. If the clock
   * of the issuer is behind, its tokens are refused until its clock has passed the time of the purge.
   *
   * Takes effect in this process at once, and in all that share `stores.revocations` once the promise has resolved.
   *
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects); the purge has then taken effect in
   * this process only
   * @throws {TypeError} for a text that is not a server identifier (the promise rejects)
   */
  purgeIssuer(issuer: string): Promise<void>
  /**
   * Resolves if this process can decide: the runtime passes its self-test, and every store in `stores` is usable and has
   * a clock that agrees with that of the process. For a readiness probe (docs/operate/health.md).
   *
   * @throws {AAuthError} `server_error`; its `hint` names the store, the cause and the remedy (the promise rejects)
   */
  ready(): Promise<void>
  /**
   * Adds listeners to those that the options name, such as an audit log, metrics or a console. None of them can change a
   * decision, except that a request is not accepted while a `recorder` fails.
   *
   * @returns a function that removes them
   * @throws {TypeError} for a member that is unknown or not a function
   */
  listen(listeners: ResourceListeners): () => void
  /** What this process knows: issuers and their keys, missions, stores, budgets. Asks no store and fetches nothing. */
  snapshot(): ResourceSnapshot
  /**
   * Aborts fetches, and ends every lifetime that `lifetimeOf` opened with a `server_error`. Requests that need a fetch
   * afterwards are refused with `server_error`, and lifetimes opened afterwards have already ended. Leaves no timer.
   */
  close(): void
}
