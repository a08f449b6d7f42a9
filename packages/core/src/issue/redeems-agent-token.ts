import { AAuthError } from '../errors/aauth-error.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Trust } from '../resource/trust.ts'
import { isTrustedIssuer, keySourceOf } from '../resource/trusted-issuers.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { serves } from '../token/generations.ts'

/**
 * Whether an agent token is sufficient for a resource token, because its person server supports drafts 01 to 10. An agent
 * token looks the same in both generations, so if both are served, the metadata of that person server decides. An
 * `AAuth-Mission` header has no influence (docs/decisions.md#generations, R11-142).
 */
export async function redeemsAgentToken(
  state: ResourceState,
  { ps }: VerifiedClaims,
  trust: Trust | undefined,
): Promise<boolean> {
  const { generations, accessServer } = state.settings
  if (!serves(generations, 'agentTokenSuffices')) return false
  if (!serves(generations, 'personTokens')) return true
  return ps === undefined ? accessServer !== undefined : speaksMissionHeader(state, trust, ps)
}

/** Whether a person server has only the token endpoint of drafts 01 to 10. */
async function speaksMissionHeader(
  state: ResourceState,
  trust: Trust | undefined,
  ps: string,
): Promise<boolean> {
  if (!isTrustedIssuer(state.settings, trust, 'person-server', ps)) return false
  const source = keySourceOf(state.settings, { iss: ps, dwk: 'aauth-person.json', role: 'person-server' })
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

const personTokenOfMission = 'Sign the request with a person token that carries mission_s256.'

/**
 * Challenges a verified caller for a token of another kind.
 * @param missionRequired whether a person token would be refused without a mission
 */
export function requireToken(
  requirement: 'agent-token' | 'person-token',
  missionRequired: boolean,
): AAuthError {
  const code = requirement === 'agent-token' ? 'agent_token_required' : 'person_token_required'
  const hint = `the route requires another kind of token: ${requirement}`
  const detail = requirement === 'person-token' && missionRequired ? { detail: personTokenOfMission } : {}
  return new AAuthError(code, { requirement, hint, ...detail })
}
