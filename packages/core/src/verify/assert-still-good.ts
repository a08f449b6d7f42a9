import { isRecent, queryLiveState } from '../resource/live-state.ts'
import type { ResourceState } from '../resource/state.ts'
import { expired } from '../resource/token-revocation.ts'
import { assertMissionOf } from './assert-mission.ts'
import { assertUnrevoked, mayRelyOnLast } from './assert-unrevoked.ts'
import { lookUpLink } from './linked-provider.ts'
import type { VerifiedRequest } from './verified-request.ts'

/**
 * Checks once more what may have changed since a request was verified, while a grant was loaded or content arrived: the
 * token has not expired and is not revoked, and its mission is active. Shared stores that were queried less than a second
 * ago are not queried again.
 *
 * @throws {AAuthError} `expired_jwt`, `revoked_jwt`, `mission_terminated` or `server_error` (the promise rejects)
 */
export async function assertStillGood(state: ResourceState, verified: VerifiedRequest): Promise<void> {
  const { budget, marked, token, transport } = verified
  const { now, stores } = state.settings
  if (now() >= token.claims.exp) throw expired(token.claims)
  const isOld = !isRecent(verified.live)
  if (isOld) {
    verified.live = queryLiveState(state, token, budget)
    verified.stale = false
  }
  const mayRely = mayRelyOnLast(transport, marked)
  if (await assertUnrevoked(state, token, verified.live, mayRely)) verified.stale = true
  if (isOld || stores.revocations === undefined) await lookUpLink(state, verified)
  await assertMissionOf(state, verified)
  await verified.assertSession?.()
}
