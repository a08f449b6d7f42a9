import { AAuthError } from '../errors.ts'
import { audienceOf, missionObject, numericDate, scopesOf, text } from '../token/claim-values.ts'
import type { Mission } from '../token/claims.ts'
import { isAgentId, isS256, isServerId } from '../token/identifiers.ts'
import type { JsonObject } from '../token/json.ts'
import type { Generation } from '../token/kinds.ts'

/** What a resource token asks for. */
export interface ResourceTokenClaims {
  readonly generation: Generation
  /** The resource. */
  readonly iss: string
  /** Who is to grant it. */
  readonly aud: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  /** Thumbprint of the key that signed the request it answered. */
  readonly agentJkt: string
  readonly scopes: readonly string[]
  readonly account: string | undefined
  readonly mission: Mission | undefined
  /** Of draft 11. */
  readonly ps: string | undefined
  readonly sub: string | undefined
  readonly tenant: string | undefined
  readonly presentedJti: string | undefined
  /** Of drafts 01 to 10. */
  readonly agent: string | undefined
}

/** Checks the shape of a resource token (RT-1 to RT-14). @throws {AAuthError} `invalid_jwt`, `expired_jwt`, `clock_skew` */
export function readResourceToken(claims: JsonObject, now: number): ResourceTokenClaims {
  const { iss, dwk, ps, sub, agent } = claims
  const aud = audienceOf(claims)
  if (dwk !== 'aauth-resource.json') throw refuse('dwk does not go with typ')
  if (!isServerId(iss) || !isServerId(aud))
    throw refuse('"iss" or "aud" is not a server identifier: write https:// and a host')
  const [jti, account, tenant, presentedJti] = ['jti', 'account', 'tenant', 'presented_jti'].map((name) =>
    text(claims, name, 512),
  )
  const [iat, exp] = ['iat', 'exp'].map((name) => numericDate(claims, name)) as [number, number]
  if (now >= exp) throw new AAuthError('expired_jwt', { hint: `expired ${now - exp} s ago` })
  if (iat > now + 60) throw new AAuthError('clock_skew', { hint: `iat is ${iat - now} s ahead` })
  if (claims.nbf !== undefined && numericDate(claims, 'nbf') > now) throw refuse('nbf lies ahead')
  const { agent_jkt: agentJkt } = claims
  if (jti === undefined || !isS256(agentJkt)) throw refuse('jti or agent_jkt is missing')
  if ('cnf' in claims) throw refuse('a resource token is bound to no key of its own')
  const common = { iss, aud, jti, iat, exp, agentJkt, scopes: scopesOf(claims), account }
  const isOld = 'agent' in claims || 'mission' in claims
  const isNew = ['ps', 'presented_jti', 'mission_s256', 'sub', 'tenant'].some((name) => name in claims)
  if (isOld === isNew) throw refuse('the claims belong to no generation, or to two')
  if (isOld) {
    if (!isAgentId(agent)) throw refuse('"agent" is not an agent identifier: write it as aauth:name@host')
    const nobody = { ps: undefined, sub: undefined, tenant: undefined, presentedJti: undefined }
    return { ...common, ...nobody, generation: 'mission-header', agent, mission: missionObject(claims) }
  }
  if (!isServerId(ps) || typeof sub !== 'string' || sub === '' || presentedJti === undefined)
    throw refuse('ps, sub or presented_jti is missing')
  const { mission_s256: s256 } = claims
  if (s256 !== undefined && !isS256(s256))
    throw refuse('"mission_s256" is not a digest: give 32 octets in base64url without padding')
  const mission = s256 === undefined ? undefined : { approver: ps, s256 }
  return { ...common, generation: 'person-token', ps, sub, tenant, presentedJti, agent: undefined, mission }
}

function refuse(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
