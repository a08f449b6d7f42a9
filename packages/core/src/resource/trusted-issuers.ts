import { AAuthError } from '../errors/aauth-error.ts'
import type { Events } from '../events/events.ts'
import type { KeySource } from '../keys/issuer-record.ts'
import type { UntrustedClaims } from '../token/claims.ts'
import { providerOf } from '../token/identifiers.ts'
import { renewalRequirement } from '../token/renewal-requirement.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceSettings } from './settings.ts'
import { admits, isListed, memberOf, type Trust } from './trust.ts'

type Issued = Pick<UntrustedClaims, 'kind' | 'generation' | 'role' | 'iss' | 'dwk' | 'agent'>

/**
 * Checks that the issuer of a token is trusted in its role, before anything is fetched for it
 * (AUTH-2, JWT-7; R11-063, R11-064).
 *
 * @param routeTrust narrows the trust of the resource
 * @throws {AAuthError} `invalid_jwt`
 */
export function assertIssuerTrusted(
  { settings, events }: { readonly settings: ResourceSettings; readonly events: Events },
  routeTrust: Trust | undefined,
  claims: Issued,
): void {
  const { kind, generation, iss } = claims
  const fault = issuerFault(settings, routeTrust, claims) ?? agentFault(settings, routeTrust, claims)
  if (fault === undefined) return
  events.report({ type: 'aauth.issuer_refused.v1', issuer: iss.slice(0, 128), kind })
  throw new AAuthError('invalid_jwt', {
    hint: fault,
    ...(kind === 'auth-token' && renewalRequirement(kind, generation)),
  })
}

function issuerFault(
  settings: ResourceSettings,
  routeTrust: Trust | undefined,
  { kind, role, iss }: Issued,
): string | undefined {
  const bypassesAccessServer =
    kind === 'auth-token' &&
    role === 'person-server' &&
    settings.accessServer !== undefined &&
    !settings.acceptPersonServerTokens
  if (bypassesAccessServer)
    return `${quoted(iss)} is a person server, but "accessServer" is set: set "acceptPersonServerTokens" to accept auth tokens from person servers too`
  if (isTrustedIssuer(settings, routeTrust, role, iss)) return undefined
  return `${quoted(iss)} is not trusted as ${role}: list it in "trust.${memberOf[role]}" to accept its tokens`
}

/**
 * Auth tokens of drafts 01 to 10 name an agent, and thereby an agent provider that has not signed them. Agents of a
 * provider that `agentProviders` does not accept cannot use auth tokens from a person server either. If the role is left
 * out, agents are not restricted. Tokens of draft 11 do not name an agent.
 */
function agentFault(
  { trust }: ResourceSettings,
  routeTrust: Trust | undefined,
  { kind, agent }: Issued,
): string | undefined {
  if (kind !== 'auth-token' || agent === undefined) return undefined
  const provider = providerOf(agent)
  const refuses = (some: Trust): boolean =>
    some !== 'any' && some.agentProviders !== undefined && !admits(some, 'agent-provider', provider)
  if (!refuses(trust) && (routeTrust === undefined || !refuses(routeTrust))) return undefined
  return `the agent in the token belongs to ${quoted(provider)}, which "trust.agentProviders" does not accept: add it, or leave the role out`
}

/** Whether the resource trusts `iss` in `role`, on a route that may narrow its trust. */
export function isTrustedIssuer(
  settings: ResourceSettings,
  routeTrust: Trust | undefined,
  role: Issued['role'],
  iss: string,
): boolean {
  if (routeTrust !== undefined && !admits(routeTrust, role, iss)) return false
  const { trust, accessServer, issuer } = settings
  if (role === 'access-server' && iss === accessServer) return true
  // A resource does not fetch from itself unless the operator listed it (I32).
  if (iss === issuer && !isListed(trust, role, iss)) return false
  return admits(trust, role, iss)
}

/**
 * Where the keys of the issuer are, and whether the operator listed it in `trust` or as the access server. `'any'` and
 * predicates do not list anyone.
 */
export function keySourceOf(
  { trust, accessServer }: ResourceSettings,
  { iss, dwk, role }: Pick<Issued, 'iss' | 'dwk' | 'role'>,
): KeySource {
  return { iss, dwk, named: isListed(trust, role, iss) || (role === 'access-server' && iss === accessServer) }
}
