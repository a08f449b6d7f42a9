import { AAuthError } from '../errors.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { demandActive } from '../mission-end.ts'
import type { ResourceState } from '../resource.ts'
import { isWithdrawn } from '../stores/ask.ts'
import { renewal, type VerifiedClaims } from '../token/claims.ts'
import { revoked } from '../verify-request.ts'

/**
 * Checks that a request with this token would still be let in, whatever its method: it has not expired, it is not
 * revoked, and its mission is known to be active. Answers at once where the stores are in memory.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertTokenLive(state: ResourceState, token: VerifiedToken): void | Promise<void> {
  const { exp, mission } = token.claims
  if (state.settings.now() >= exp) throw expired(token.claims)
  const judge = (withdrawn: boolean): void | Promise<void> => {
    if (withdrawn) throw revoked(token)
    return mission && demandActive(state, mission, false)
  }
  const withdrawn = isWithdrawn(state.revocations, token.claims)
  return typeof withdrawn === 'boolean' ? judge(withdrawn) : withdrawn.then(judge)
}

/** The refusal of a token whose `exp` has come. */
export function expired({ kind, generation, exp }: VerifiedClaims): AAuthError {
  return new AAuthError('expired_jwt', { hint: `the token expired at ${exp}`, ...renewal(kind, generation) })
}

/** The refusal where nobody could tell whether the token is live. */
export function unavailable(thrown: unknown): AAuthError {
  const hint = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a store or source failed'
  return new AAuthError('server_error', { hint, cause: thrown, retryAfter: 5 })
}
