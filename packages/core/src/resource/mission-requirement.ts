import { AAuthError } from '../errors/aauth-error.ts'
import type { Mission } from '../token/claims.ts'
import type { CompiledRequirement } from './requirement.ts'

/** What a route, or the resource by default, requires of missions. */
export type MissionRequirement = Pick<
  CompiledRequirement,
  'missionRequired' | 'missionForbidden' | 'approver'
>

/**
 * Compares a mission with what is required.
 * @throws {AAuthError} `mission_required`, `mission_mismatch`, or `access_denied` for a mission that is forbidden
 */
export function assertMission(
  mission: Mission | undefined,
  { missionRequired, missionForbidden, approver }: MissionRequirement,
): void {
  if (missionForbidden && mission !== undefined) {
    throw new AAuthError('access_denied', {
      hint: 'the token carries a mission, which this route forbids: the agent must use a token without one',
    })
  }
  if (missionRequired && mission === undefined) {
    throw new AAuthError('mission_required', {
      hint: 'the route requires a mission, which the token does not carry: the agent must have its person approve one, or the route must allow requests without a mission',
    })
  }
  if (approver !== undefined && mission?.approver !== approver)
    throw new AAuthError('mission_mismatch', { hint: `the mission was not approved by ${approver}` })
}
