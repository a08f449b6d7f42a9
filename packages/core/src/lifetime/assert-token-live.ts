import { AAuthError } from '../errors.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { demandActive } from '../mission-end.ts'
import type { ResourceState } from '../resource.ts'
import { expired, isRevoked, revoked } from '../token-revocation.ts'

/**
 * Checks that a request with this token would still be let in, whatever its method: it has not expired, it is not
 * revoked, and its mission is known to be active. Answers at once where the stores are in memory.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertTokenLive(state: ResourceState, token: VerifiedToken): void | Promise<void> {
  const { exp, mission } = token.claims
  if (state.settings.now() >= exp) throw expired(token.claims)
  const judge = (isOver: boolean): void | Promise<void> => {
    if (isOver) throw revoked(token)
    return mission && demandActive(state, mission, false)
  }
  const found = isRevoked(state, token.claims)
  return typeof found === 'boolean' ? judge(found) : found.then(judge)
}

/** The refusal where nobody could tell whether the token is live. */
export function unavailable(thrown: unknown): AAuthError {
  const hint = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a store or source failed'
  return new AAuthError('server_error', { hint, cause: thrown, retryAfter: 5 })
}
