import { isAdmitted, sourceOf } from './admit.ts'
import { AAuthError } from './errors.ts'
import { signResourceToken } from './issue/resource-token.ts'
import type { ResourceSettings } from './options.ts'
import type { CompiledRequirement } from './requirement.ts'
import type { ResourceState } from './resource.ts'
import type { VerifiedClaims } from './token/claims.ts'
import type { VerifiedRequest } from './verify-request.ts'

/** The answer to a request without any credential (matrix CHAL-1, CHAL-2; R11-081). */
export function unsignedChallenge(
  { generations }: ResourceSettings,
  { accept }: CompiledRequirement,
): AAuthError {
  const onlyPerson = accept.size === 1 && accept.has('person-token')
  const noUseForAgentTokens = !generations.has('mission-header') && !accept.has('agent-token')
  return new AAuthError('invalid_signature', {
    hint: 'the request is not signed',
    advertise: true,
    requirement: onlyPerson || noUseForAgentTokens ? 'person-token' : 'agent-token',
  })
}

/** The answer to a verified token of a kind the route does not take (matrix CHAL-3 to CHAL-9; R11-140 to R11-144). */
export function challengeKind(
  state: ResourceState,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
): Promise<AAuthError> | AAuthError {
  const { kind } = verified.token.claims
  const { accept } = requirement
  switch (kind) {
    case 'person-token':
      return accept.has('auth-token') ? askForAuthToken(state, verified, requirement) : ask('agent-token')
    case 'auth-token':
      return accept.has('agent-token') ? ask('agent-token') : ask('person-token')
    case 'agent-token':
      return accept.has('person-token') ? ask('person-token') : challengeAgent(state, verified, requirement)
  }
}

/** The answer that leads to an auth token, or to one that grants more (matrix CHAL-6 to CHAL-8; R11-146). */
export async function askForAuthToken(
  state: ResourceState,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
): Promise<AAuthError> {
  const { settings } = state
  const { claims, thumbprint } = verified.token
  const audience = settings.accessServer ?? claims.ps
  if (audience === undefined || !isRedeemable(settings, requirement, audience)) {
    return new AAuthError('access_denied', {
      hint: 'neither an access server nor an admitted person server could grant access',
    })
  }
  // Agents refuse a resource token that does not come from the authority they called (R11-013).
  if (verified.transport.authority !== settings.issuer.slice('https://'.length)) {
    return new AAuthError('access_denied', { hint: `resource tokens are issued at ${settings.issuer} only` })
  }
  const grounds = {
    claims,
    thumbprint,
    audience,
    scopes: scopesToAsk(settings, claims, requirement),
    mission: claims.mission ?? verified.asserted,
  }
  const resourceToken = await signResourceToken(
    grounds,
    settings.issuer,
    await state.signingKey.current(),
    settings.now(),
  )
  return new AAuthError('auth_token_required', {
    requirement: 'auth-token',
    resourceToken,
    hint: 'an auth token is needed',
  })
}

/**
 * An agent token looks the same in both generations, so where both are served the metadata of the agent's
 * person server decides; an `AAuth-Mission` header never does (architecture §11).
 */
async function challengeAgent(
  state: ResourceState,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
): Promise<AAuthError> {
  const { settings } = state
  const { ps } = verified.token.claims
  if (!settings.generations.has('mission-header')) return ask('person-token')
  if (!settings.generations.has('person-token')) return askForAuthToken(state, verified, requirement)
  const speaksOld =
    ps === undefined ? settings.accessServer !== undefined : await speaksMissionHeader(state, requirement, ps)
  return speaksOld ? askForAuthToken(state, verified, requirement) : ask('person-token')
}

/** Whether a person server knows only the token endpoint of drafts 01 to 10. */
async function speaksMissionHeader(
  state: ResourceState,
  { trust }: CompiledRequirement,
  ps: string,
): Promise<boolean> {
  if (!isAdmitted(state.settings, trust, 'person-server', ps)) return false
  const source = sourceOf(state.settings, { iss: ps, dwk: 'aauth-person.json', role: 'person-server' })
  try {
    const metadata = await state.keys.metadata(source)
    return (
      'token_endpoint' in metadata &&
      !('auth_token_endpoint' in metadata) &&
      !('person_token_endpoint' in metadata)
    )
  } catch {
    return false
  }
}

function isRedeemable(settings: ResourceSettings, { trust }: CompiledRequirement, audience: string): boolean {
  return audience === settings.accessServer || isAdmitted(settings, trust, 'person-server', audience)
}

/** What the route needs, beside what the token already has; only scopes the resource describes (R11-165). */
function scopesToAsk(
  settings: ResourceSettings,
  claims: VerifiedClaims,
  { scopes }: CompiledRequirement,
): string[] {
  const needed = scopes.length > 0 ? scopes : [settings.defaultScope as string]
  const held = claims.scopes.filter((scope) => settings.scopes.has(scope))
  return [...new Set([...held, ...needed])]
}

function ask(requirement: 'agent-token' | 'person-token'): AAuthError {
  const code = requirement === 'agent-token' ? 'agent_token_required' : 'person_token_required'
  return new AAuthError(code, { requirement, hint: `this route needs another token: ${requirement}` })
}
