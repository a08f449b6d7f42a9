import { addRevocation } from '../stores/checked-calls.ts'
import type { Revocation, RevocationVerdict } from '../stores/stores.ts'
import type { ResourceState } from './state.ts'

/**
 * Revokes a token. Its mission may have been terminated with it, or not: whether it is active is asked again
 * (docs/decisions.md#revoked-and-mission).
 */
export async function withdrawToken(
  state: ResourceState,
  { mission: carried, ...token }: Revocation,
): Promise<RevocationVerdict> {
  const mission =
    carried ?? state.tokens.find(token)?.claims.mission ?? state.missionMonitor?.missionOf(token)
  try {
    return await addRevocation(state.revocations, {
      ...token,
      ...(mission && { mission }),
      listed: state.isListed(token.iss),
    })
  } finally {
    // Also where there is no room for it, or the store fails: what rests on the token must not outlive it for that.
    state.lifetimes?.revoked(token)
    if (mission !== undefined) state.missionMonitor?.suspect(token, mission)
  }
}
