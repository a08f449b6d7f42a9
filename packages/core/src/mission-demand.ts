import { AAuthError } from './errors.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { Mission } from './token/claims.ts'
import type { VerifiedRequest } from './verify-request.ts'

/** What a route, or the resource by default, requires of missions. */
export type MissionDemand = Pick<CompiledRequirement, 'missionRequired' | 'missionForbidden' | 'approver'>

/**
 * Compares a mission with what is required.
 * @throws {AAuthError} `mission_required`, `mission_mismatch`, or `access_denied` for a mission that is forbidden
 */
export function assertMission(
  mission: Mission | undefined,
  { missionRequired, missionForbidden, approver }: MissionDemand,
): void {
  if (missionForbidden && mission !== undefined) {
    throw new AAuthError('access_denied', { hint: 'the token carries a mission, which this route forbids' })
  }
  if (missionRequired && mission === undefined) {
    throw new AAuthError('mission_required', {
      hint: 'the route requires a mission and the token carries none: the agent must have its person approve one, or the route must allow requests without',
    })
  }
  if (approver !== undefined && mission?.approver !== approver)
    throw new AAuthError('mission_mismatch', { hint: `the mission was not approved by ${approver}` })
}

/**
 * Refuses a token whose mission no resource token could mend: a resource token copies the mission of the token that
 * was presented, so whatever came of it would be refused as well. Comes before kind and scope, which are answered with
 * resource tokens. An agent token carries no mission; `issueFor` decides for it.
 *
 * @throws {AAuthError} as {@link assertMission}
 */
export function assertMissionObtainable(
  { token: { claims }, asserted }: VerifiedRequest,
  requirement: MissionDemand & Pick<CompiledRequirement, 'accept'>,
): void {
  if (claims.kind === 'agent-token') return
  // It is sent back for a person token, which may carry what this one lacks.
  if (claims.generation === 'mission-header' && !requirement.accept.has('auth-token')) return
  // An asserted mission alone does not make a route that forbids missions refuse a token without one.
  if (claims.mission === undefined && requirement.missionForbidden) return
  assertMission(claims.mission ?? asserted, requirement)
}
