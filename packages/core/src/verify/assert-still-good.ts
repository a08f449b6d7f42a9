import { assertMissionActive } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertTokenUnrevoked, expired } from '../resource/token-revocation.ts'
import { isSafe } from '../signature/replay.ts'
import { lookUpLink } from './linked-provider.ts'
import type { VerifiedRequest } from './verify-request.ts'

/** Milliseconds for which an answer from a shared store is recent enough. Stores in memory are always queried. */
const recent = 1000

/**
 * Checks once more what may have changed since a request was verified, while a grant was loaded or content arrived: the
 * token has not expired and is not revoked, and its mission is active.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (the promise rejects)
 */
export async function assertStillGood(state: ResourceState, verified: VerifiedRequest): Promise<void> {
  const { claims } = verified.token
  const { now, stores } = state.settings
  if (stores.revocations === undefined || performance.now() - verified.askedAt >= recent) {
    const askedAt = performance.now()
    await assertTokenUnrevoked(state, claims)
    await lookUpLink(state, verified)
    verified.askedAt = askedAt
  } else if (now() >= claims.exp) throw expired(claims)
  await assertMissionActive(state, claims.mission, isSafe(verified.transport.method))
}
