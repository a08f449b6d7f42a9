import { agentSubject } from './agent-subject.ts'
import { refuse } from './claim-values.ts'
import type { ClaimRules, Subject } from './claims.ts'
import type { JsonObject } from './json.ts'
import type { Generation, IssuerRole, TokenKind } from './kinds.ts'
import { missionHeaderAuthSubject } from './mission-header-subject.ts'
import { authSubject, personSubject } from './person-token-subject.ts'

/** Reads them as the kind and the generation of the token have it. @throws {AAuthError} `invalid_jwt` */
export function readSubject(
  kind: TokenKind,
  role: IssuerRole,
  iss: string,
  claims: JsonObject,
  rules: ClaimRules,
): Subject {
  if (kind === 'agent-token') return agentSubject(iss, claims)
  const generation = kind === 'person-token' ? 'person-token' : authGeneration(claims)
  if (!rules.generations.has(generation))
    throw refuse(
      `the token is of the generation "${generation}", which is switched off: add it to "generations"`,
    )
  if (kind === 'person-token') return personSubject(iss, claims)
  return generation === 'person-token'
    ? authSubject(role, iss, claims)
    : missionHeaderAuthSubject(role, iss, claims)
}

/** A token belongs to exactly one generation; a mixture is refused so that nobody can steer it (matrix §3.1). */
function authGeneration(claims: JsonObject): Generation {
  const old = ['agent', 'act', 'mission'].some((name) => name in claims)
  const current = ['ps', 'mission_s256', 'presented_jti'].some((name) => name in claims)
  if (old === current)
    throw refuse(
      `the claims belong to ${old ? 'two generations' : 'no generation'}: drafts 01 to 10 use "agent", "act" and "mission", draft 11 uses "ps" and "mission_s256"`,
    )
  if (current && 'presented_jti' in claims)
    throw refuse('"presented_jti" belongs to resource tokens: leave it out')
  return old ? 'mission-header' : 'person-token'
}
