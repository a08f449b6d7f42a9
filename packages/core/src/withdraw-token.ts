import type { ResourceState } from './resource.ts'
import { withdraw } from './stores/ask.ts'
import type { Revocation, RevocationVerdict } from './stores/stores.ts'

/**
 * Withdraws a token. Its mission may have ended with it, or not: whether it is active is asked again (matrix §5.5,
 * §5.6).
 */
export async function withdrawToken(
  state: ResourceState,
  revocation: Revocation,
  now: number,
): Promise<RevocationVerdict> {
  let verdict: RevocationVerdict
  try {
    verdict = await withdraw(state.revocations, revocation, now)
  } finally {
    // Also where there is no room for it, or the store fails: open connections must not outlive it for that.
    state.lifetimes?.revoked(revocation)
  }
  const mission = state.missionWatch && state.tokens.find(revocation)?.claims.mission
  if (mission !== undefined) state.missionWatch?.doubt(mission)
  return verdict
}
