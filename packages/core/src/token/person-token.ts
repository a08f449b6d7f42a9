import { directMission, invalidJwt, missing, requiredSub, tenantOf, text, wrong } from './claim-values.ts'
import type { Subject } from './claims.ts'
import type { GenerationRules } from './generation-rules.ts'
import { isServerId, serverIdRemedy } from './identifiers.ts'
import type { JsonObject } from './json.ts'
import type { IssuerRole } from './kinds.ts'
import { foreign, grant, nobody } from './subject-parts.ts'

/** Draft 11. */
export const personToken: GenerationRules = {
  authClaims: ['ps', 'mission_s256', 'presented_jti'],
  uses: 'draft 11 uses "ps" and "mission_s256"',
  authSubject,
  personTokens: true,
  agentTokenSuffices: false,
  missionHeader: false,
  legacyAlgorithms: false,
  legacyRevocations: false,
  futureIat: 'clock_skew',
  renewal: 'person-token',
  // A person server is one namespace for all tenants (R11-054).
  namespaceOf: ({ ps }) => ({ issuer: ps as string }),
  resourceClaims: ['ps', 'presented_jti', 'mission_s256', 'sub', 'tenant'],
  resourceSubject(claims) {
    const { ps } = claims
    if (!isServerId(ps)) throw invalidJwt(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
    const sub = requiredSub(claims)
    const presentedJti = text(claims, 'presented_jti', 512)
    if (presentedJti === undefined) throw invalidJwt(missing('presented_jti'))
    const tenant = text(claims, 'tenant', 512)
    return { ps, sub, tenant, presentedJti, agent: undefined, mission: directMission(ps, claims) }
  },
  resourceTokenClaims: ({ ps, sub, jti, mission, tenant }, _, older) => ({
    ps,
    sub,
    presented_jti: jti,
    ...(older && { person_token_jti: jti }),
    ...(mission && { mission_s256: mission.s256 }),
    ...(tenant !== null && { tenant }),
  }),
}

/** Reads what a person token says (PERS-1 to PERS-11, R11-052, R11-053). */
export function personSubject(iss: string, claims: JsonObject): Subject {
  refusePresent(claims, ['scope', 'account', 'agent', 'act', 'mission'])
  if (claims.ps !== undefined && claims.ps !== iss) throw invalidJwt(foreign('ps', claims.ps, iss))
  const sub = requiredSub(claims)
  return {
    ...nobody,
    generation: 'person-token',
    sub,
    ps: iss,
    tenant: tenantOf(claims),
    mission: directMission(iss, claims),
  }
}

/** Reads what an auth token says (AUTH-7, AUTH-8, R11-061, R11-065, R11-070). */
function authSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  if ('presented_jti' in claims) throw invalidJwt('"presented_jti" belongs to resource tokens: leave it out')
  const { ps } = claims
  const sub = requiredSub(claims)
  if (!isServerId(ps)) throw invalidJwt(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
  if (role === 'person-server' && ps !== iss) throw invalidJwt(foreign('ps', ps, iss))
  const mission = directMission(ps, claims)
  return { ...nobody, generation: 'person-token', sub, ps, ...grant(claims), mission }
}

function refusePresent(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => name in claims)
  if (present !== undefined) throw invalidJwt(`"${present}" does not belong in a person token: leave it out`)
}
