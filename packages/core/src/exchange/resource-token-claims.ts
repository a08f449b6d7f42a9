import { AAuthError } from '../errors/aauth-error.ts'
import { audienceOf, numericDate, scopesOf, text } from '../token/claim-values.ts'
import type { ResourceSubject } from '../token/generation-rules.ts'
import { generationNames, rulesOf } from '../token/generations.ts'
import { isS256, isServerId } from '../token/identifiers.ts'
import { type InteractionClaim, readInteractionClaim } from '../token/interaction-claim.ts'
import type { JsonObject } from '../token/json.ts'
import type { Generation } from '../token/kinds.ts'

/** What a resource token asks for. */
export interface ResourceTokenClaims extends ResourceSubject {
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
  /**
   * Who the authorization is for, as far as the resource knows, to be passed on unchanged. The person server may ignore it.
   */
  readonly loginHint: string | undefined
  /** Where the person has to go before the person server asks for its own consent (draft 11 §7.2.3). */
  readonly interaction: InteractionClaim | undefined
}

/** Checks the shape of a resource token (RT-1 to RT-14). @throws {AAuthError} `invalid_jwt`, `expired_jwt`, `clock_skew` */
export function readResourceToken(claims: JsonObject, now: number): ResourceTokenClaims {
  const { iss, dwk } = claims
  const aud = audienceOf(claims)
  if (dwk !== 'aauth-resource.json') throw invalidJwt('dwk does not go with typ')
  if (!isServerId(iss) || !isServerId(aud))
    throw invalidJwt('"iss" or "aud" is not a server identifier: write https:// and a host')
  const [jti, account, loginHint] = ['jti', 'account', 'login_hint'].map((name) => text(claims, name, 512))
  const [iat, exp] = ['iat', 'exp'].map((name) => numericDate(claims, name)) as [number, number]
  if (now >= exp) throw new AAuthError('expired_jwt', { hint: `expired ${now - exp} s ago` })
  if (iat > now + 60) throw new AAuthError('clock_skew', { hint: `iat is ${iat - now} s ahead` })
  if (claims.nbf !== undefined && numericDate(claims, 'nbf') > now) throw invalidJwt('nbf lies ahead')
  const { agent_jkt: agentJkt } = claims
  if (jti === undefined || !isS256(agentJkt)) throw invalidJwt('jti or agent_jkt is missing')
  if ('cnf' in claims) throw invalidJwt('a resource token is bound to no key of its own')
  const interaction = claims.interaction === undefined ? undefined : readInteractionClaim(claims.interaction)
  if (claims.interaction !== undefined && interaction === undefined)
    throw invalidJwt('interaction is not an https address without query and fragment, and a code')
  const common = {
    iss,
    aud,
    jti,
    iat,
    exp,
    agentJkt,
    scopes: scopesOf(claims),
    account,
    loginHint,
    interaction,
  }
  const named = generationNames.filter((name) =>
    rulesOf(name).resourceClaims.some((claim) => claim in claims),
  )
  const [generation] = named
  if (named.length !== 1 || generation === undefined)
    throw invalidJwt('the claims belong to no generation, or to two')
  return { ...common, ...rulesOf(generation).resourceSubject(claims), generation }
}

function invalidJwt(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
