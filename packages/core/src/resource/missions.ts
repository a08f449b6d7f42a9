import { readCapped } from '../keys/fetch-document.ts'
import { findTombstone } from '../stores/checked-calls.ts'
import type { Mission } from '../token/claims.ts'
import { isS256, isServerId } from '../token/identifiers.ts'
import { parseJsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import type { MissionStatus } from './mission-monitor.ts'
import { asReason, endMission } from './mission-termination.ts'
import type { ResourceState } from './state.ts'

/**
 * What a resource knows of missions. `terminate` and `observe` are ways to learn that one has ended; a third is the
 * `source` of `monitorMissions` (docs/decisions.md#mission-status).
 */
export interface Missions {
  /**
   * Ends a mission here: requests under it that begin after the promise resolves get 403 `mission_terminated`.
   * Termination is permanent.
   *
   * @param reason 1 to 128 printable ASCII characters; sent as `termination_reason`
   * @throws {TypeError} for anything that is not a mission, or not a reason (the promise rejects)
   * @throws {RangeError} when no more terminations of this person server can be remembered. The mission is then not
   * terminated here: requests under it ask the source each time, and get 503 where there is none
   */
  terminate(mission: Mission, reason?: string): Promise<void>
  /** What is known of a mission; asks the source, if there is one. @throws {TypeError} for anything that is not a mission */
  status(mission: Mission): Promise<MissionStatus>
  /**
   * Learns from a response that the resource got itself, as an agent at the mission's person server: a 403 from the
   * approver's own origin, of type `application/json` or `application/problem+json`, that says `mission_terminated` and
   * does not name another `mission_s256`. From any other response, also one whose body was read or is being read, it learns
   * nothing. Leaves the body unread.
   *
   * @returns whether the mission has ended
   * @throws {TypeError} for anything that is not a mission
   * @throws {RangeError} as `terminate`
   */
  observe(mission: Mission, response: Response): Promise<boolean>
}

export function missionsOf(state: ResourceState): Missions {
  const end = async (mission: Mission, reason: unknown): Promise<void> => {
    if ((await endMission(state, mission, reason)) === 'full')
      throw new RangeError(
        `too many terminated missions of ${quoted(mission.approver)} are remembered: raise "limits.tombstones", or use "stores.tombstones"`,
      )
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
      return (await state.missionMonitor?.status(mission)) ?? { status: 'unknown' }
    },
    async observe(given: Mission, response: Response): Promise<boolean> {
      const mission = checkMission(given)
      const terminated = await readTermination(mission, response)
      if (terminated === undefined) return false
      await end(mission, terminated.reason)
      return true
    },
  })
}

/** What a response says of the termination of this mission; `undefined` for every other response. Never throws. */
async function readTermination(
  { approver, s256 }: Mission,
  response: Response,
): Promise<{ readonly reason: unknown } | undefined> {
  if (response.status !== 403 || !isOf(response, approver) || !isJson(response)) return undefined
  // A body that somebody reads, or has read, cannot be cloned.
  if (response.bodyUsed || response.body?.locked) return undefined
  const content = await readCapped(response.clone(), 65_536, AbortSignal.timeout(1000)).catch(() => undefined)
  const body = content && parseJsonObject(content)
  if (body?.error !== 'mission_terminated' || body.mission_status !== 'terminated') return undefined
  // A response may be handed in together with another mission by mistake; where it says which, that counts.
  if (body.mission_s256 !== undefined && body.mission_s256 !== s256) return undefined
  return { reason: body.termination_reason }
}

/** Another server says nothing about the missions of this one (L05). */
function isOf({ url }: Response, approver: string): boolean {
  return url.startsWith(`${approver}/`)
}

/** What somebody uploaded to the person server is rarely served as JSON, and is not its answer. */
function isJson({ headers }: Response): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return ['application/json', 'application/problem+json'].includes(type.trim().toLowerCase())
}

/** @throws {TypeError} for what is not a mission */
export function checkMission({ approver, s256 }: Mission): Mission {
  if (!isServerId(approver) || !isS256(s256))
    throw new TypeError(
      'a mission must be { approver, s256 }: a server identifier and a SHA-256 digest in base64url',
    )
  return { approver, s256 }
}
