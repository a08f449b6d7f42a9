import { AAuthError } from '../errors/aauth-error.ts'
import { quoted } from '../wire/quoted.ts'
import {
  audienceOf,
  invalidJwt,
  missing,
  numericDate,
  requiredServerId,
  text,
  wrong,
} from './claim-values.ts'
import type { ClaimRules, UntrustedClaims } from './claims.ts'
import { furtherClaims } from './further-claims.ts'
import { allowsLegacyAlgorithms, rulesOf } from './generations.ts'
import { asObject, type JsonObject } from './json.ts'
import { type Generation, issuerRole, type TokenKind } from './kinds.ts'
import { renewalRequirement } from './renewal-requirement.ts'
import { readSubject } from './subject.ts'
import type { UntrustedToken } from './untrusted-token.ts'

/**
 * Checks the form, the times and the audience of the claims, without any I/O (AGENT-, PERS-, AUTH-, JWT-).
 * @throws {AAuthError} `invalid_jwt`, `expired_jwt`, `clock_skew`
 */
export function readClaims(token: UntrustedToken, rules: ClaimRules, now: number): UntrustedClaims {
  const { kind, untrustedClaims: claims } = token
  const issuer = issuerRole(kind, claims.dwk)
  if (issuer === undefined)
    throw invalidJwt(
      wrong(
        'dwk',
        claims.dwk,
        `the document of an issuer of ${kind}s`,
        'name the document that holds its keys',
      ),
    )
  const [role, dwk] = issuer
  const iss = requiredServerId(claims, 'iss')
  const jti = text(claims, 'jti', 256)
  if (jti === undefined) throw invalidJwt(missing('jti'))
  const iat = numericDate(claims, 'iat')
  const exp = numericDate(claims, 'exp')
  const jwk = confirmation(claims)
  const subject = readSubject(kind, role, iss, claims, rules)
  if (token.alg === 'EdDSA' && !allowsLegacyAlgorithms(subject.generation, rules.generations))
    throw invalidJwt('"alg" is "EdDSA", which draft 11 does not allow: sign with "Ed25519"')
  checkTimes(kind, subject.generation, iat, exp, claims, rules, now)
  if (kind !== 'agent-token' && rules.issuer !== undefined) checkAudience(claims, rules.issuer)
  const further = furtherClaims(claims, rules.claims)
  return { verified: false, kind, role, dwk, iss, jti, iat, exp, jwk, further, ...subject }
}

function checkAudience(claims: JsonObject, issuer: string): void {
  const audience = audienceOf(claims)
  if (audience === issuer) return
  const shown = audience === undefined ? 'missing, or neither a string nor a list of one' : quoted(audience)
  throw invalidJwt(
    `"aud" is ${shown}, and this resource is ${quoted(issuer)}: ask for a token for this resource, or set "issuer" to the identifier that agents use`,
  )
}

const membersOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['OKP', ['crv', 'x']],
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
])

/** `cnf.jwk` with its `kty` and the members that its type needs, before anything is decoded (R11-037, KEY-6). */
function confirmation(claims: JsonObject): JsonObject {
  const jwk = asObject(asObject(claims.cnf)?.jwk)
  if (typeof jwk?.kty !== 'string') throw invalidJwt(missing('cnf.jwk'))
  for (const name of membersOf.get(jwk.kty) ?? []) {
    if (typeof jwk[name] !== 'string') throw invalidJwt(missing(`cnf.jwk.${name}`))
  }
  return jwk
}

function checkTimes(
  kind: TokenKind,
  generation: Generation | undefined,
  iat: number,
  exp: number,
  claims: JsonObject,
  { window, maxAgentTokenLifetime }: ClaimRules,
  now: number,
): void {
  // There is no tolerance: a token has expired at `exp` (R11-030).
  if (now >= exp)
    throw new AAuthError('expired_jwt', {
      hint: `the token expired ${now - exp} s ago: the agent must renew it`,
      ...renewalRequirement(kind, generation),
    })
  const longest = kind === 'agent-token' ? maxAgentTokenLifetime : 3600
  if (longest !== undefined && exp - iat > longest)
    throw invalidJwt(`the token lives longer than ${longest} s: the issuer must bring "exp" closer to "iat"`)
  if (claims.nbf !== undefined && numericDate(claims, 'nbf') > now)
    throw invalidJwt('"nbf" lies ahead of this clock: synchronize the clocks')
  if (iat > now + window) {
    const code = generation === undefined ? 'clock_skew' : rulesOf(generation).futureIat
    throw new AAuthError(code, {
      hint: `"iat" is ${iat - now} s ahead of this clock: synchronize the clocks`,
    })
  }
}
