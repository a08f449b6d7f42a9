import type { TerminationSource } from '../events/resource-event.ts'
import { readCapped } from '../keys/fetch-document.ts'
import { clearFull, findTombstone } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { isS256, isServerId } from '../token/identifiers.ts'
import { parseJsonObject } from '../token/json.ts'
import { quoted } from '../wire/quoted.ts'
import type { MissionStatus } from './mission-monitor.ts'
import { endMission, moreTombstones } from './mission-termination.ts'
import type { OutstandingTokens } from './outstanding-tokens.ts'
import type { ResourceState } from './state.ts'
import { asReason } from './termination-reason.ts'

/**
 * What a resource knows about missions. It learns of terminations from `terminate`, from `observe` and from the
 * `source` of `monitorMissions` (docs/decisions.md#mission-status).
 */
export interface Missions {
  /**
   * Terminates a mission at this resource: requests under it that begin after the promise resolves get 403
   * `mission_terminated`. Termination is permanent.
   *
   * @param reason 1 to 128 printable ASCII characters; sent as `termination_reason`
   * @throws {TypeError} for an invalid mission or reason (the promise rejects)
   * @throws {RangeError} when no more terminations of this person server can be remembered. The mission is then not
   * terminated here: each request under it queries the source, and gets 503 if there is no source
   */
  terminate(mission: Mission, reason?: string): Promise<void>
  /**
   * Ends the state in which terminations of a person server could not be recorded, where every request under its missions
   * queries the source or gets 503. Before you call it, raise `limits.tombstones` or the limit of the store, and terminate
   * again every mission whose termination was refused: such a mission is accepted afterwards.
   *
   * @throws {TypeError} for a text that is not a server identifier, and for a store without `clearFull` (the promise rejects)
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
   */
  clearFull(approver: string): Promise<void>
  /** The status of a mission; queries the source, if there is one. @throws {TypeError} for an invalid mission */
  status(mission: Mission): Promise<MissionStatus>
  /**
   * The tokens of a mission that this process accepted and that could still be presented somewhere: after a termination,
   * who still holds what. At most 50 000 tokens are remembered, and as many of issuers that `trust` does not list.
   *
   * @throws {TypeError} for an invalid mission
   */
  outstandingTokens(mission: Mission): OutstandingTokens
  /**
   * Checks whether a response that the resource received, as an agent at the person server of the mission, reports the
   * termination of the mission. It does if it is a 403 from the origin of the approver, of type `application/json` or
   * `application/problem+json`, with the error `mission_terminated` and without another `mission_s256`. Other responses
   * are ignored, as are those whose body was read or is being read. The body is left unread.
   *
   * @returns whether the mission is terminated
   * @throws {TypeError} for an invalid mission
   * @throws {RangeError} as `terminate`
   */
  observe(mission: Mission, response: Response): Promise<boolean>
}

export function missionsOf(state: ResourceState): Missions {
  const end = async (mission: Mission, reason: unknown, from: TerminationSource): Promise<void> => {
    if ((await endMission(state, mission, reason, from)) === 'full')
      throw new RangeError(
        `too many terminated missions of ${quoted(mission.approver)} are remembered: ${moreTombstones(state)}`,
      )
  }
  return Object.freeze({
    async terminate(mission: Mission, reason?: string): Promise<void> {
      if (asReason(reason) !== reason)
        throw new TypeError(`"reason" is ${quoted(reason)}: write 1 to 128 printable ASCII characters`)
      await end(checkMission(mission), reason, 'operator')
    },
    async clearFull(approver: string): Promise<void> {
      if (!isServerId(approver))
        throw new TypeError(
          `${quoted(approver)} is not a server identifier: pass the "approver" of the missions`,
        )
      await clearFull(state.tombstones, approver)
    },
    async status(given: Mission): Promise<MissionStatus> {
      const mission = checkMission(given)
      const found = await findTombstone(state.tombstones, mission, state.isListed(mission.approver))
      if (typeof found === 'object') return { status: 'terminated', reason: asReason(found.reason) }
      return (await state.missionMonitor?.status(mission)) ?? { status: 'unknown' }
    },
    outstandingTokens(given: Mission): OutstandingTokens {
      return state.acceptedTokens.of(checkMission(given))
    },
    async observe(given: Mission, response: Response): Promise<boolean> {
      const mission = checkMission(given)
      const terminated = await readTermination(mission, response)
      if (terminated === undefined) return false
      await end(mission, terminated.reason, 'response')
      return true
    },
  })
}

/** The termination of this mission that a response reports; `undefined` for other responses. Never throws. */
async function readTermination(
  { approver, s256 }: Mission,
  response: Response,
): Promise<{ readonly reason: unknown } | undefined> {
  if (response.status !== 403 || !isOf(response, approver) || !isJson(response)) return undefined
  // A response whose body has been read, or is being read, cannot be cloned.
  if (response.bodyUsed || response.body?.locked) return undefined
  const content = await readCapped(response.clone(), 65_536, AbortSignal.timeout(1000)).catch(() => undefined)
  const body = content && parseJsonObject(content)
  if (body?.error !== 'mission_terminated' || body.mission_status !== 'terminated') return undefined
  // The caller may have passed the response with the wrong mission, so a digest in the response must match.
  if (body.mission_s256 !== undefined && body.mission_s256 !== s256) return undefined
  return { reason: body.termination_reason }
}

/** Another server cannot report on the missions of this one (L05). */
function isOf({ url }: Response, approver: string): boolean {
  return url.startsWith(`${approver}/`)
}

/** Content that users upload to a person server is rarely served as JSON, and is not an answer of the server. */
function isJson({ headers }: Response): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return ['application/json', 'application/problem+json'].includes(type.trim().toLowerCase())
}

/** @throws {TypeError} for an invalid mission */
export function checkMission({ approver, s256 }: Mission): Mission {
  if (!isServerId(approver) || !isS256(s256))
    throw new TypeError(
      'the mission is invalid: pass { approver, s256 }, a server identifier and a SHA-256 digest in base64url',
    )
  return { approver, s256 }
}
