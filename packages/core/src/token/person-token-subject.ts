import { directMission, refuse, requiredSub, tenantOf, wrong } from './claim-values.ts'
import type { Subject } from './claims.ts'
import { isServerId, serverIdRemedy } from './identifiers.ts'
import type { JsonObject } from './json.ts'
import type { IssuerRole } from './kinds.ts'
import { foreign, grant, nobody } from './subject-parts.ts'

/** PERS-1 to PERS-11, R11-052, R11-053. */
export function personSubject(iss: string, claims: JsonObject): Subject {
  refusePresent(claims, ['scope', 'account', 'agent', 'act', 'mission'])
  if (claims.ps !== undefined && claims.ps !== iss) throw refuse(foreign('ps', claims.ps, iss))
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

/** AUTH-7, AUTH-8, R11-061, R11-065, R11-070. */
export function authSubject(role: IssuerRole, iss: string, claims: JsonObject): Subject {
  const { ps } = claims
  const sub = requiredSub(claims)
  if (!isServerId(ps)) throw refuse(wrong('ps', ps, 'a server identifier', serverIdRemedy(ps)))
  if (role === 'person-server' && ps !== iss) throw refuse(foreign('ps', ps, iss))
  const mission = directMission(ps, claims)
  return { ...nobody, generation: 'person-token', sub, ps, ...grant(claims), mission }
}

function refusePresent(claims: JsonObject, names: readonly string[]): void {
  const present = names.find((name) => name in claims)
  if (present !== undefined) throw refuse(`"${present}" does not belong in a person token: leave it out`)
}
