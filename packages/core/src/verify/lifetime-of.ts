/// <reference lib="esnext.disposable" preserve="true" />

import { LifetimeRegistry } from '../resource/lifetimes.ts'
import type { Auth } from '../token/auth.ts'
import { provenanceOf } from './provenance.ts'

/** How long an accepted connection may stay open; made by {@link lifetimeOf}. */
export interface Lifetime {
  /**
   * Aborts once a request with the same token would be refused. `signal.reason` is that refusal, an `AAuthError`:
   *
   * - `expired_jwt`: `exp` has passed, by the clock of the resource
   * - `revoked_jwt`: the issuer or `resource.revoke` revoked the token, or `resource.purgeIssuer` purged its issuer
   * - `access_denied`: the consent of the session was ended or narrowed, or its time is over
   * - `mission_terminated`: the mission is terminated, however the resource learned of it
   * - `server_error`: for `maxStale` seconds (default 300) a store or the source of mission status could not tell, or
   *   `resource.close` was called, as `hint` says
   */
  readonly signal: AbortSignal
  /** Disposes the lifetime: `signal` no longer aborts. Other lifetimes of the same token are not affected. */
  [Symbol.dispose](): void
}

/**
 * Notifies you when a connection that outlives its request, such as a WebSocket or an event stream, must be closed.
 * A guard decides once, at the start; a lifetime monitors the token from then on.
 *
 * Checks the token again at once, so that no change since the decision of the guard is missed. The signal of a token
 * that is no longer valid is already aborted, or aborts as soon as your stores have answered. Lifetimes of a resource
 * share one timer. Dispose the lifetime when the connection closes; otherwise it is kept until it ends.
 * While lifetimes are open, a source of mission status is asked once per mission and `activeTtl`. Stores that you passed to
 * the resource tell of changes at once, if they have `subscribe`; others are asked once per second. Where more than 100 end together, they end within 100 ms;
 * `resource.close` ends all of them at once.
 *
 * On Workers a timer belongs to the request that set it: keep such connections in a Durable Object.
 *
 * @param auth the result of the guard of the request, not a copy
 * @throws {TypeError} for an `auth` that was not verified by a resource
 * @see draft 11 §11.12, docs/requirements.md#rev-11
 * @example
 * ```ts
 * import { type Auth, isAAuthError, lifetimeOf } from '@aauth-guard/core'
 *
 * export function closeInTime(socket: WebSocket, auth: Auth): void {
 *   const lifetime = lifetimeOf(auth)
 *   const close = (): void => {
 *     const { reason } = lifetime.signal
 *     socket.close(1008, isAAuthError(reason) ? reason.code : undefined)
 *   }
 *   socket.addEventListener('close', () => lifetime[Symbol.dispose]())
 *   if (lifetime.signal.aborted) close()
 *   else lifetime.signal.addEventListener('abort', close, { once: true })
 * }
 * ```
 */
export function lifetimeOf(auth: Auth): Lifetime {
  const { state, verified } = provenanceOf(auth)
  state.subscribe()
  state.lifetimes ??= new LifetimeRegistry(state)
  const { lifetimes, managed } = state
  const { token } = verified
  const { session, scopes } = auth
  const handle = lifetimes.add(token)
  const { signal } = handle.controller
  const unwatch = session && managed?.watchConsent(session.consent, scopes, handle)
  const dispose = (): void => {
    unwatch?.()
    lifetimes.remove(token, handle)
  }
  // Either of them may end it.
  if (unwatch !== undefined) signal.addEventListener('abort', dispose, { once: true })
  return Object.freeze({ signal, [Symbol.dispose]: dispose })
}
