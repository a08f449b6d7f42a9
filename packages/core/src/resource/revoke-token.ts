import type { RevokedBy } from '../events/resource-event.ts'
import { attempt } from '../limits/attempt.ts'
import type { Revocation, RevocationVerdict } from '../stores/revocation-store.ts'
import { addRevocation } from '../stores/revocation-store.ts'
import { hearRevocation, reportRevocation } from './changes.ts'
import type { ResourceState } from './state.ts'

/**
 * Revokes a token. Its mission may have been terminated as well, so the status of the mission is queried again
 * (docs/decisions.md#revoked-and-mission).
 */
export async function withdrawToken(
  state: ResourceState,
  { mission: carried, ...token }: Revocation,
  learnedFrom: RevokedBy,
): Promise<RevocationVerdict> {
  const mission =
    carried ?? state.tokens.find(token)?.claims.mission ?? state.missionMonitor?.missionOf(token)
  // Before the store tells this process as well, which it does as if another one had revoked the token.
  reportRevocation(state, token, learnedFrom)
  try {
    return await addRevocation(state.revocations, {
      ...token,
      ...(mission && { mission }),
      listed: state.isListed(token.iss),
    })
  } finally {
    // Also when the memory is full or the store fails, since connections must not outlive the token in that case.
    hearRevocation(state, token, learnedFrom)
    // Awaited, so that no answer about the mission from before the revocation is used once it is recorded.
    if (mission !== undefined) await attempt(() => state.missionMonitor?.suspect(token, mission))
    await state.managed?.revoked(token)
  }
}
