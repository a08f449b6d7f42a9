import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { assertMissionActive } from './mission-termination.ts'
import type { ResourceState } from './state.ts'
import { assertTokenUnrevoked } from './token-revocation.ts'

/**
 * Checks that a request with this token would still be accepted, whatever its method: the token has not expired, it is
 * not revoked, and its mission is known to be active. Returns synchronously when the stores are in memory.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertTokenLive(state: ResourceState, token: VerifiedToken): void | Promise<void> {
  const assertActive = (): void | Promise<void> => assertMissionActive(state, token.claims.mission, false)
  const unrevoked = assertTokenUnrevoked(state, token.claims)
  return unrevoked instanceof Promise ? unrevoked.then(assertActive) : assertActive()
}
