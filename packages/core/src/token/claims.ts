import { AAuthError, type RequirementName } from '../errors.ts'
import { quoted } from '../wire/quoted.ts'
import { audienceOf, missing, numericDate, refuse, requiredServerId, text, wrong } from './claim-values.ts'
import { type FurtherClaims, furtherClaims } from './further-claims.ts'
import { asObject, type JsonObject } from './json.ts'
import {
  type Generation,
  type IssuerRole,
  issuerRole,
  type TokenKind,
  type WellKnownDocument,
} from './kinds.ts'
import { readSubject } from './subject.ts'
import type { UntrustedToken } from './untrusted-token.ts'

/** The mission a token carries: always the pair, since a digest alone belongs to nobody (matrix MISS-12). */
export interface Mission {
  /** The person server that approved it. */
  readonly approver: string
  readonly s256: string
}

/** Claims whose shape was checked. Still nothing that may be believed. */
export interface UntrustedClaims {
  readonly verified: false
  readonly kind: TokenKind
  /** `undefined` for agent tokens, which are the same in both. */
  readonly generation: Generation | undefined
  readonly role: IssuerRole
  readonly dwk: WellKnownDocument
  readonly iss: string
  readonly jti: string
  readonly iat: number
  readonly exp: number
  readonly sub: string | undefined
  readonly ps: string | undefined
  readonly agent: string | undefined
  readonly parentAgent: string | undefined
  readonly scopes: readonly string[]
  readonly account: string | null
  readonly tenant: string | null
  readonly mission: Mission | undefined
  /** `undefined` where the resource asks for none. */
  readonly further: FurtherClaims | undefined
  /** `cnf.jwk`: has its `kty` and the members that needs; not yet a key. */
  readonly jwk: JsonObject
}

/**
 * The same claims once the issuer's signature over them verified. They are kept for as long as the token is
 * remembered, so they hold nothing that is of any size: what the key became is kept in its place.
 */
export type VerifiedClaims = Omit<UntrustedClaims, 'verified' | 'jwk'> & { readonly verified: true }

/** @param claims of a token whose signature verified */
export function asVerified({ jwk: _, ...claims }: UntrustedClaims): VerifiedClaims {
  return { ...claims, verified: true }
}

/** What the resource expects of every token. */
export interface ClaimRules {
  /** The audience of person and auth tokens; `undefined` leaves that to the caller. */
  readonly issuer: string | undefined
  readonly generations: ReadonlySet<Generation>
  /** Seconds. */
  readonly window: number
  /** Seconds; `undefined` admits any (matrix AGENT-10). */
  readonly maxAgentTokenLifetime: number | undefined
  /** Names of further claims that are kept. */
  readonly claims: readonly string[]
}

/**
 * Checks the shape, the times and the audience of the claims, without any I/O (AGENT-, PERS-, AUTH-, JWT-).
 * @throws {AAuthError} `invalid_jwt`, `expired_jwt`, `clock_skew`
 */
export function readClaims(token: UntrustedToken, rules: ClaimRules, now: number): UntrustedClaims {
  const { kind, untrustedClaims: claims } = token
  const issuer = issuerRole(kind, claims.dwk)
  if (issuer === undefined)
    throw refuse(
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
  if (jti === undefined) throw refuse(missing('jti'))
  const iat = numericDate(claims, 'iat')
  const exp = numericDate(claims, 'exp')
  const jwk = confirmation(claims)
  const subject = readSubject(kind, role, iss, claims, rules)
  if (
    token.alg === 'EdDSA' &&
    (subject.generation === 'person-token' || !rules.generations.has('mission-header'))
  ) {
    throw refuse('"alg" is "EdDSA", which draft 11 does not allow: sign with "Ed25519"')
  }
  checkTimes(kind, subject.generation, iat, exp, claims, rules, now)
  if (kind !== 'agent-token' && rules.issuer !== undefined) checkAudience(claims, rules.issuer)
  const further = furtherClaims(claims, rules.claims)
  return { verified: false, kind, role, dwk, iss, jti, iat, exp, jwk, further, ...subject }
}

function checkAudience(claims: JsonObject, issuer: string): void {
  const audience = audienceOf(claims)
  if (audience === issuer) return
  const shown = audience === undefined ? 'missing, or neither a string nor a list of one' : quoted(audience)
  throw refuse(
    `"aud" is ${shown}, and this resource is ${quoted(issuer)}: ask for a token for this resource, or set "issuer" to the identifier that agents use`,
  )
}

const membersOf: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['OKP', ['crv', 'x']],
  ['EC', ['crv', 'x', 'y']],
  ['RSA', ['n', 'e']],
])

/** `cnf.jwk` with its `kty` and the members that type needs, before anything is decoded (R11-037, KEY-6). */
function confirmation(claims: JsonObject): JsonObject {
  const jwk = asObject(asObject(claims.cnf)?.jwk)
  if (typeof jwk?.kty !== 'string') throw refuse(missing('cnf.jwk'))
  for (const name of membersOf.get(jwk.kty) ?? []) {
    if (typeof jwk[name] !== 'string') throw refuse(missing(`cnf.jwk.${name}`))
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
  // No tolerance: reached is expired (R11-030).
  if (now >= exp)
    throw new AAuthError('expired_jwt', {
      hint: `the token expired ${now - exp} s ago: the agent must renew it`,
      ...renewal(kind, generation),
    })
  const longest = kind === 'agent-token' ? maxAgentTokenLifetime : 3600
  if (longest !== undefined && exp - iat > longest)
    throw refuse(`the token lives longer than ${longest} s: the issuer must bring "exp" closer to "iat"`)
  if (claims.nbf !== undefined && numericDate(claims, 'nbf') > now)
    throw refuse('"nbf" lies ahead of this clock: synchronize the clocks')
  if (iat > now + window) {
    // Drafts 01 to 10 know no clock_skew for what their own issuers sign (matrix D13).
    throw new AAuthError(generation === 'mission-header' ? 'invalid_jwt' : 'clock_skew', {
      hint: `"iat" is ${iat - now} s ahead of this clock: synchronize the clocks`,
    })
  }
}

/** What the holder of a dead token should come back with (A-24, matrix CHAL-12, CHAL-13). */
export function renewal(
  kind: TokenKind,
  generation: Generation | undefined,
): { requirement?: RequirementName } {
  if (kind === 'agent-token') return {}
  return { requirement: generation === 'mission-header' ? 'agent-token' : 'person-token' }
}
