import { AAuthError } from '../errors/aauth-error.ts'
import type { TerminationSource } from '../events/resource-event.ts'
import type { Tombstone, TombstoneVerdict } from '../stores/tombstone-store.ts'
import { addTombstone, findTombstone } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { quoted } from '../wire/quoted.ts'
import { hearTermination, reportTermination } from './changes.ts'
import { missionName } from './clean-answers.ts'
import type { LiveState } from './live-state.ts'
import type { ResourceState } from './state.ts'
import { asReason } from './termination-reason.ts'

/**
 * Refuses a request under a mission that is terminated, or whose status is unavailable (MISS-9,
 * docs/decisions.md#unknown-status).
 *
 * @param mission from a verified token; the status of an asserted mission is never disclosed (docs/decisions.md#asserted-missions)
 * @param safe whether the last answer may be used while a new one is unavailable
 * @param live what the stores answered, if they were queried recently
 * @throws {AAuthError} `mission_terminated` or `server_error` (or the promise rejects)
 */
export function assertMissionActive(
  state: ResourceState,
  mission: Mission | undefined,
  safe: boolean,
  live?: LiveState,
): void | Promise<void> {
  if (mission === undefined) return undefined
  const judge = (found: Tombstone | 'full' | undefined): void | Promise<void> => {
    // The termination of this mission may be one that could not be recorded, so only the source can tell.
    if (found === 'full') {
      const { assertActiveNow } = state.missionMonitor ?? {}
      if (assertActiveNow !== undefined) return assertActiveNow(mission)
      throw statusUnavailable(
        `the tombstones of "${mission.approver}" are full: ${moreTombstones(state)}, or give monitorMissions a "source"`,
        60,
      )
    }
    if (found !== undefined) {
      state.clean?.changed(missionName(mission))
      reportTermination(state, mission, asReason(found.reason), 'store')
      throw missionTerminated(mission, found.reason)
    }
    return state.missionMonitor?.assertActive(mission, safe, live?.status)
  }
  const found = live?.tombstone
    ? live.tombstone()
    : findTombstone(state.tombstones, mission, state.isListed(mission.approver))
  return found instanceof Promise ? found.then(judge) : judge(found)
}

/**
 * Records the termination of a mission, which is permanent, and removes its cached status.
 * @param reason ignored unless it can be sent in a response
 */
export async function endMission(
  state: ResourceState,
  { approver, s256 }: Mission,
  reason: unknown,
  learnedFrom: TerminationSource,
): Promise<TombstoneVerdict> {
  const listed = state.isListed(approver)
  // Before the store tells this process as well, which it does as if another one had terminated the mission.
  reportTermination(state, { approver, s256 }, asReason(reason), learnedFrom)
  try {
    return await addTombstone(state.tombstones, { approver, s256, reason: asReason(reason), listed })
  } finally {
    // Also when the memory is full or the store fails, since the mission is terminated in any case.
    hearTermination(state, { approver, s256 }, asReason(reason), learnedFrom)
    await state.managed?.terminated({ approver, s256 })
  }
}

/** How to make room for terminations. The limits of a shared store are its own. */
export function moreTombstones({ settings }: ResourceState): string {
  return settings.stores.tombstones === undefined
    ? 'raise "limits.tombstones", or use "stores.tombstones"'
    : 'raise the limits of "stores.tombstones"'
}

export function missionTerminated({ approver, s256 }: Mission, reason: string | undefined): AAuthError {
  return new AAuthError('mission_terminated', {
    hint: `mission ${quoted(s256)} of ${quoted(approver)} was terminated: the agent must propose a new one`,
    // A store of the operator may return any value.
    terminationReason: asReason(reason),
  })
}

/** An unavailable status is never reported as a termination (docs/decisions.md#unknown-status). */
export function statusUnavailable(hint: string, retryAfter: number): AAuthError {
  return new AAuthError('server_error', { hint, retryAfter })
}
