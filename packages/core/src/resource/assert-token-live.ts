import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { queryLiveState } from './live-state.ts'
import { assertMissionActive } from './mission-termination.ts'
import type { ResourceState } from './state.ts'
import { expired, revoked } from './token-revocation.ts'

/**
 * Checks that a request with this token would still be accepted, whatever its method: the token has not expired, it is
 * not revoked, and its mission is known to be active. Returns synchronously when the stores are in memory.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertTokenLive(state: ResourceState, token: VerifiedToken): void | Promise<void> {
  const { claims } = token
  if (state.settings.now() >= claims.exp) throw expired(claims)
  const live = queryLiveState(state, token)
  const judge = (isOver: boolean): void | Promise<void> => {
    if (isOver) throw revoked(token)
    return assertMissionActive(state, claims.mission, false, live)
  }
  const found = live.revoked()
  return found instanceof Promise ? found.then(judge) : judge(found)
}
