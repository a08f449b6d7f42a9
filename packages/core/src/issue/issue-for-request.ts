import { AAuthError } from '../errors/aauth-error.ts'
import type { IssuingTerms } from '../resource/challenge-terms.ts'
import { assertMission, type MissionRequirement } from '../resource/mission-requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Trust } from '../resource/trust.ts'
import { isTrustedIssuer } from '../resource/trusted-issuers.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { hasPersonTokens } from '../token/generations.ts'
import { authorityOf } from '../token/identifiers.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { redeemsAgentToken, requireToken } from './redeems-agent-token.ts'
import { type R3Claims, resourceTokenExpiry, signResourceToken } from './resource-token.ts'

/** What a resource token requests. Everything else in it comes from the verified request. */
export interface Asked {
  readonly scopes: readonly string[]
  readonly account: string | undefined
  readonly r3?: R3Claims | undefined
  /** The trust of the route, if it narrows that of the resource. */
  readonly trust: Trust | undefined
  /** The mission requirement of the route: no resource token is issued if the resulting token would be refused there. */
  readonly mission: MissionRequirement
  readonly terms?: Pick<IssuingTerms, 'loginHint' | 'interaction'>
}

/**
 * Issues a resource token for a verified request (RT-1 to RT-14; R11-160 to R11-169).
 * @throws {AAuthError} `access_denied` if no server could redeem it, or the agent would not accept it;
 * `mission_required` or `mission_mismatch` if the resulting token would be refused; `person_token_required` if an agent
 * token is not sufficient (R11-142)
 */
export async function issueForRequest(
  state: ResourceState,
  verified: VerifiedRequest,
  { scopes, account, trust, mission: demanded, r3, terms }: Asked,
): Promise<string> {
  const {
    token: { claims, thumbprint },
    transport,
    asserted,
  } = verified
  const { settings } = state
  const { issuer } = settings
  const now = settings.now()
  await assertStillGood(state, verified)
  if (claims.kind === 'agent-token' && !(await redeemsAgentToken(state, claims, trust)))
    throw requireToken('person-token', demanded.missionRequired)
  const mission = claims.mission ?? asserted
  assertMission(mission, demanded)
  const audience = audienceOf(state, claims, trust)
  const { legacyPersonTokenJti: legacy } = settings
  // The older name refers to the person token, which was not presented (RT-7, D20).
  if (claims.kind === 'auth-token' && hasPersonTokens(claims.generation) && Array.isArray(legacy)) {
    if (legacy.includes(audience)) throw requireToken('person-token', demanded.missionRequired)
  }
  const older = claims.kind === 'person-token' && legacy !== 'never'
  // Agents refuse a resource token that was not issued by the authority that they called (R11-013).
  if (transport.authority !== authorityOf(issuer)) {
    throw new AAuthError('access_denied', { hint: `resource tokens are issued at ${issuer} only` })
  }
  warnOfRoutes(state)
  const key = await state.signingKey.current()
  // Last, since it keeps a record.
  const interaction = await terms?.interaction?.(resourceTokenExpiry(claims, now))
  const grounds = { claims, thumbprint, audience, scopes: [...new Set(scopes)], account, older, mission, r3 }
  return signResourceToken({ ...grounds, loginHint: terms?.loginHint, interaction }, issuer, key, now)
}

/** The access server, or the person server of the verified token, but never a value from the caller (RT-3, R11-166). */
function audienceOf({ settings }: ResourceState, { ps }: VerifiedClaims, trust: Trust | undefined): string {
  const { accessServer } = settings
  const role = accessServer === undefined ? 'person-server' : 'access-server'
  const audience = accessServer ?? ps
  if (audience !== undefined && isTrustedIssuer(settings, trust, role, audience)) return audience
  throw new AAuthError('access_denied', {
    hint: 'no trusted server can grant access: set "accessServer", or list the person server in "trust.personServers"',
  })
}

/**
 * Warns once if no request has reached the routes of this resource before its first resource token. If the keys are not
 * served, the token cannot be verified, and the person server reports that only to the agent.
 */
function warnOfRoutes(state: ResourceState): void {
  if (state.routesReached) return
  state.routesReached = true
  console.warn(
    `aauth-guard: ${state.settings.issuer} issues resource tokens, but no request has reached its metadata and keys: mount wellKnown() with the same resource at the root of the app, before the guards, unless another process serves them`,
  )
}
