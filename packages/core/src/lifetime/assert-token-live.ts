import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { demandActive } from '../mission-end.ts'
import type { ResourceState } from '../resource.ts'
import { assertTokenUnrevoked } from '../token-revocation.ts'

/**
 * Checks that a request with this token would still be let in, whatever its method: it has not expired, it is not
 * revoked, and its mission is known to be active. Answers at once where the stores are in memory.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertTokenLive(state: ResourceState, token: VerifiedToken): void | Promise<void> {
  const { mission } = token.claims
  const assertMissionActive = (): void | Promise<void> => mission && demandActive(state, mission, false)
  const unrevoked = assertTokenUnrevoked(state, token.claims)
  return unrevoked instanceof Promise ? unrevoked.then(assertMissionActive) : assertMissionActive()
}
