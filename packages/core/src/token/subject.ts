import { agentSubject } from './agent-subject.ts'
import { invalidJwt } from './claim-values.ts'
import type { ClaimRules, Subject } from './claims.ts'
import { generationNames, rulesOf } from './generations.ts'
import type { JsonObject } from './json.ts'
import type { Generation, IssuerRole, TokenKind } from './kinds.ts'
import { personSubject } from './person-token.ts'

/** Reads the claims by the kind and the generation of the token. @throws {AAuthError} `invalid_jwt` */
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
    throw invalidJwt(
      `the token is of the generation "${generation}", which is switched off: add it to "generations"`,
    )
  return kind === 'person-token'
    ? personSubject(iss, claims)
    : rulesOf(generation).authSubject(role, iss, claims)
}

/**
 * A token belongs to exactly one generation; a mixture is refused so that nobody can steer it
 * (docs/decisions.md#generations).
 */
function authGeneration(claims: JsonObject): Generation {
  const named = generationNames.filter((name) => rulesOf(name).authClaims.some((claim) => claim in claims))
  const [only] = named
  if (named.length === 1 && only !== undefined) return only
  const uses = generationNames.map((name) => rulesOf(name).uses).join(', ')
  throw invalidJwt(
    `the claims belong to ${named.length === 0 ? 'no generation' : 'two generations'}: ${uses}`,
  )
}
