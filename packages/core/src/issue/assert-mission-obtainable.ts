import { assertMission, type MissionRequirement } from '../resource/mission-requirement.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import { rulesOf } from '../token/generations.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'

/**
 * Refuses a token if a resource token could not lead to the required mission: a resource token copies the mission of the
 * presented token, so the resulting token would be refused as well. Runs before the checks of kind and scope, which are
 * answered with resource tokens. Agent tokens do not carry a mission; `issueForRequest` checks them.
 *
 * @throws {AAuthError} as {@link assertMission}
 */
export function assertMissionObtainable(
  { token: { claims }, asserted }: VerifiedRequest,
  requirement: MissionRequirement & Pick<CompiledRequirement, 'accept'>,
): void {
  if (claims.kind === 'agent-token') return
  // The agent is asked for a person token, which may carry the missing mission.
  const { generation } = claims
  if (generation !== undefined && !rulesOf(generation).personTokens && !requirement.accept.has('auth-token'))
    return
  // A route that forbids missions does not refuse a token without one because of an asserted mission.
  if (claims.mission === undefined && requirement.missionForbidden) return
  assertMission(claims.mission ?? asserted, requirement)
}
