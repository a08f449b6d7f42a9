import { AAuthError } from '../errors/aauth-error.ts'
import type { IssuingTerms } from '../resource/challenge-terms.ts'
import type { MissionRequirement } from '../resource/mission-requirement.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { issueForRequest } from './issue-for-request.ts'
import { requireToken } from './redeems-agent-token.ts'
import type { R3Claims } from './resource-token.ts'

/** The challenge to a verified token of a kind that the route does not accept (CHAL-3 to CHAL-9; R11-140 to R11-144). */
export function challengeKind(
  state: ResourceState,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  terms?: MakeTerms,
): Promise<AAuthError> | AAuthError {
  const { kind } = verified.token.claims
  const { accept, missionRequired } = requirement
  switch (kind) {
    case 'person-token':
      return accept.has('auth-token')
        ? askForAuthToken(state, verified, requirement, undefined, undefined, terms)
        : requireToken('agent-token', missionRequired)
    case 'auth-token':
      return requireToken(accept.has('agent-token') ? 'agent-token' : 'person-token', missionRequired)
    case 'agent-token':
      // If the person server supports draft 11, this also asks for a person token.
      return accept.has('auth-token')
        ? askForAuthToken(state, verified, requirement, undefined, undefined, terms)
        : requireToken('person-token', missionRequired)
  }
}

/** What the route adds to a challenge for an auth token. Called when one is made. */
export type MakeTerms = () => IssuingTerms | Promise<IssuingTerms>

/**
 * The challenge for an auth token, or for one that grants more (CHAL-6 to CHAL-8; R11-146).
 * @throws {AAuthError} if no resource token can be issued
 */
export async function askForAuthToken(
  state: ResourceState,
  verified: VerifiedRequest,
  { trust, scopes, ...mission }: Pick<CompiledRequirement, 'trust' | 'scopes'> & MissionRequirement,
  account?: string,
  r3?: R3Claims,
  makeTerms?: MakeTerms,
): Promise<AAuthError> {
  const { settings } = state
  const { claims } = verified.token
  const needed = scopes.length > 0 ? scopes : [settings.defaultScope as string]
  const held = claims.scopes.filter((scope) => settings.scopes.has(scope))
  const terms = (await makeTerms?.()) ?? {}
  const asked = { scopes: [...new Set([...held, ...needed])], account, trust, mission, r3, terms }
  const resourceToken = await issueForRequest(state, verified, asked)
  const { payment } = terms
  return new AAuthError('auth_token_required', {
    requirement: 'auth-token',
    resourceToken,
    ...(payment && { payment }),
    hint: 'the route requires an auth token: the agent must redeem the resource token',
  })
}
