import { AAuthError } from '../errors/aauth-error.ts'
import { assertMission, type MissionRequirement } from '../resource/mission-requirement.ts'
import { assertMissionActive } from '../resource/mission-termination.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertTokenUnrevoked } from '../resource/token-revocation.ts'
import type { Trust } from '../resource/trust.ts'
import { isTrustedIssuer } from '../resource/trusted-issuers.ts'
import { isSafe } from '../signature/replay.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { hasPersonTokens } from '../token/generations.ts'
import { authorityOf } from '../token/identifiers.ts'
import type { VerifiedRequest } from '../verify/verify-request.ts'
import { redeemsAgentToken, requireToken } from './redeems-agent-token.ts'
import { signResourceToken } from './resource-token.ts'

/** What a resource token asks for. Everything else in it comes from the verified request. */
export interface Asked {
  readonly scopes: readonly string[]
  readonly account: string | undefined
  /** Of the route, where it narrows the trust of the resource. */
  readonly trust: Trust | undefined
  /** What is required of the mission where the resource token leads: nothing is issued that would be refused there. */
  readonly mission: MissionRequirement
}

/**
 * Issues a resource token for a verified request (RT-1 to RT-14; R11-160 to R11-169).
 * @throws {AAuthError} `access_denied` where nobody could redeem it, or the agent would not take it;
 * `mission_required` or `mission_mismatch` where whatever came of it would be refused; `person_token_required` for an agent token where one is not enough (R11-142)
 */
export async function issueForRequest(
  state: ResourceState,
  verified: VerifiedRequest,
  { scopes, account, trust, mission: demanded }: Asked,
): Promise<string> {
  const {
    token: { claims, thumbprint },
    transport,
    asserted,
  } = verified
  const { settings } = state
  const { issuer } = settings
  const now = settings.now()
  await assertTokenUnrevoked(state, claims)
  await assertMissionActive(state, claims.mission, isSafe(verified.transport.method))
  if (claims.kind === 'agent-token' && !(await redeemsAgentToken(state, claims, trust)))
    throw requireToken('person-token', demanded.missionRequired)
  const mission = claims.mission ?? asserted
  assertMission(mission, demanded)
  const audience = audienceOf(state, claims, trust)
  const { legacyPersonTokenJti: legacy } = settings
  // The older name is of the person token, which is not at hand (RT-7, D20).
  if (claims.kind === 'auth-token' && hasPersonTokens(claims.generation) && Array.isArray(legacy)) {
    if (legacy.includes(audience)) throw requireToken('person-token', demanded.missionRequired)
  }
  const older = claims.kind === 'person-token' && legacy !== 'never'
  // Agents refuse a resource token that does not come from the authority they called (R11-013).
  if (transport.authority !== authorityOf(issuer)) {
    throw new AAuthError('access_denied', { hint: `resource tokens are issued at ${issuer} only` })
  }
  warnOfRoutes(state)
  const grounds = { claims, thumbprint, audience, scopes: [...new Set(scopes)], account, older, mission }
  return signResourceToken(grounds, issuer, await state.signingKey.current(), now)
}

/** The access server, or the person server of the verified token; never anything a caller names (RT-3, R11-166). */
function audienceOf({ settings }: ResourceState, { ps }: VerifiedClaims, trust: Trust | undefined): string {
  const { accessServer } = settings
  const role = accessServer === undefined ? 'person-server' : 'access-server'
  const audience = accessServer ?? ps
  if (audience !== undefined && isTrustedIssuer(settings, trust, role, audience)) return audience
  throw new AAuthError('access_denied', {
    hint: 'neither an access server nor an admitted person server could grant access',
  })
}

/**
 * A resource token that nobody can verify leads nowhere, and the agent's person server tells only the agent. Says so
 * once, where no request came by the routes of this resource before its first resource token.
 */
function warnOfRoutes(state: ResourceState): void {
  if (state.routesReached) return
  state.routesReached = true
  console.warn(
    `aauth-guard: ${state.settings.issuer} issues resource tokens, and no request came by its metadata and keys: mount wellKnown() with the same resource at the root of the app, before the guards, unless another process serves them`,
  )
}
