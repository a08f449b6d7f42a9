import { assertMission, type MissionRequirement } from '../resource/mission-requirement.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import { rulesOf } from '../token/generations.ts'
import type { VerifiedRequest } from '../verify/verify-request.ts'

/**
 * Refuses a token whose mission no resource token could mend: a resource token copies the mission of the token that
 * was presented, so whatever came of it would be refused as well. Comes before kind and scope, which are answered with
 * resource tokens. An agent token carries no mission; `issueForRequest` decides for it.
 *
 * @throws {AAuthError} as {@link assertMission}
 */
export function assertMissionObtainable(
  { token: { claims }, asserted }: VerifiedRequest,
  requirement: MissionRequirement & Pick<CompiledRequirement, 'accept'>,
): void {
  if (claims.kind === 'agent-token') return
  // It is sent back for a person token, which may carry what this one lacks.
  const { generation } = claims
  if (generation !== undefined && !rulesOf(generation).personTokens && !requirement.accept.has('auth-token'))
    return
  // An asserted mission alone does not make a route that forbids missions refuse a token without one.
  if (claims.mission === undefined && requirement.missionForbidden) return
  assertMission(claims.mission ?? asserted, requirement)
}
