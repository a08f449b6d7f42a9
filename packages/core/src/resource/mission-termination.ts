import { AAuthError } from '../errors/aauth-error.ts'
import { addTombstone, findTombstone } from '../stores/checked-calls.ts'
import type { Tombstone, TombstoneVerdict } from '../stores/stores.ts'
import type { Mission } from '../token/claims.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceState } from './state.ts'

/**
 * Refuses a request under a mission that has ended, or of which nobody can tell (MISS-9,
 * docs/decisions.md#unknown-status).
 *
 * @param mission of a verified token: one that is merely asserted is never answered with its status (docs/decisions.md#asserted-missions)
 * @param safe whether a recent answer will do while there is no new one
 * @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertMissionActive(
  state: ResourceState,
  mission: Mission | undefined,
  safe: boolean,
): void | Promise<void> {
  if (mission === undefined) return undefined
  const judge = (found: Tombstone | 'full' | undefined): void | Promise<void> => {
    // A termination that could not be recorded may be that of this mission: only the source can tell.
    if (found === 'full') {
      const { assertActiveNow } = state.missionMonitor ?? {}
      if (assertActiveNow !== undefined) return assertActiveNow(mission)
      throw statusUnavailable(
        `the tombstones of "${mission.approver}" are full: raise "limits.tombstones", use "stores.tombstones", or give monitorMissions a "source"`,
        60,
      )
    }
    if (found !== undefined) throw missionTerminated(mission, found.reason)
    return state.missionMonitor?.assertActive(mission, safe)
  }
  const found = findTombstone(state.tombstones, mission, state.isListed(mission.approver))
  return found instanceof Promise ? found.then(judge) : judge(found)
}

/**
 * Records the termination of a mission, which is permanent, and forgets that it was active.
 * @param reason left out where it cannot stand in an answer
 */
export async function endMission(
  state: ResourceState,
  { approver, s256 }: Mission,
  reason: unknown,
): Promise<TombstoneVerdict> {
  const listed = state.isListed(approver)
  try {
    return await addTombstone(state.tombstones, { approver, s256, reason: asReason(reason), listed })
  } finally {
    // Also where there is no room for it, or the store fails: it has ended all the same.
    state.missionMonitor?.forget({ approver, s256 })
    state.lifetimes?.terminated({ approver, s256 }, asReason(reason))
  }
}

/** A text that can stand in an answer, or nothing. Reasons are an open vocabulary (draft 11 §8.6). */
export function asReason(reason: unknown): string | undefined {
  return typeof reason === 'string' && /^[\x20-\x7e]{1,128}$/.test(reason) ? reason : undefined
}

export function missionTerminated({ approver, s256 }: Mission, reason: string | undefined): AAuthError {
  return new AAuthError('mission_terminated', {
    hint: `mission ${quoted(s256)} of ${quoted(approver)} was terminated: the agent must propose a new one`,
    // Whatever a store of the operator's made of it.
    terminationReason: asReason(reason),
  })
}

/** Nobody can tell, which is never said as an end (docs/decisions.md#unknown-status). */
export function statusUnavailable(hint: string, retryAfter: number): AAuthError {
  return new AAuthError('server_error', { hint, retryAfter })
}
