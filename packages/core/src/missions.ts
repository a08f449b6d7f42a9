import { readCapped } from './keys/fetch-document.ts'
import type { MissionStatus } from './mission/watching.ts'
import { asReason, endMission } from './mission-end.ts'
import type { ResourceState } from './resource.ts'
import { findTombstone } from './stores/ask.ts'
import type { Mission } from './token/claims.ts'
import { isS256, isServerId } from './token/identifiers.ts'
import { parseJsonObject } from './token/json.ts'

/**
 * What a resource knows of missions. `terminate` and `observe` are ways to learn that one has ended; a third is the
 * `source` of `watchMissions` (matrix §5.2).
 */
export interface Missions {
  /**
   * Ends a mission here: requests under it that begin after the promise resolves get 403 `mission_terminated`. An end
   * is for good.
   *
   * @param reason 1 to 128 printable ASCII characters; sent as `termination_reason`
   * @throws {TypeError} for what is no mission, or no reason (the promise rejects)
   * @throws {RangeError} when no more ends of this person server can be remembered; its missions then answer 503
   */
  terminate(mission: Mission, reason?: string): Promise<void>
  /** What is known of a mission; asks the source, if there is one. @throws {TypeError} for what is no mission */
  status(mission: Mission): Promise<MissionStatus>
  /**
   * Learns from an answer that the resource got itself, as an agent at the mission's person server: a 403 of the
   * approver's own origin that says `mission_terminated`. Anything else teaches nothing. Leaves the answer unread.
   *
   * @returns whether the mission has ended
   * @throws {TypeError} for what is no mission
   * @throws {RangeError} as `terminate`
   */
  observe(mission: Mission, response: Response): Promise<boolean>
}

export function missionsOf(state: ResourceState): Missions {
  const end = async (mission: Mission, reason: unknown): Promise<void> => {
    if ((await endMission(state, mission, reason)) === 'full')
      throw new RangeError(`too many ends of missions of ${mission.approver} are remembered`)
  }
  return Object.freeze({
    async terminate(mission: Mission, reason?: string): Promise<void> {
      if (asReason(reason) !== reason)
        throw new TypeError('"reason" must be 1 to 128 printable ASCII characters')
      await end(checkMission(mission), reason)
    },
    async status(given: Mission): Promise<MissionStatus> {
      const mission = checkMission(given)
      const found = await findTombstone(state.tombstones, mission, state.isListed(mission.approver))
      if (typeof found === 'object') return { status: 'terminated', reason: asReason(found.reason) }
      return (found === undefined && (await state.missionWatch?.status(mission))) || { status: 'unknown' }
    },
    async observe(given: Mission, response: Response): Promise<boolean> {
      const mission = checkMission(given)
      if (response.status !== 403 || response.bodyUsed || !isOf(response, mission.approver)) return false
      const content = await readCapped(response.clone(), 65_536, AbortSignal.timeout(1000)).catch(
        () => undefined,
      )
      const {
        error,
        mission_status: status,
        termination_reason: reason,
      } = (content && parseJsonObject(content)) || {}
      if (error !== 'mission_terminated' || status !== 'terminated') return false
      await end(mission, reason)
      return true
    },
  })
}

/** Another server says nothing of this one's missions (security L05). */
function isOf({ url }: Response, approver: string): boolean {
  return url.startsWith(`${approver}/`)
}

/** @throws {TypeError} for what is not a mission */
export function checkMission({ approver, s256 }: Mission): Mission {
  if (!isServerId(approver) || !isS256(s256))
    throw new TypeError(
      'a mission must be { approver, s256 }: a server identifier and a SHA-256 digest in base64url',
    )
  return { approver, s256 }
}
