import { AAuthError } from '../errors/aauth-error.ts'
import { decodeBase64url } from '../wire/base64url.ts'
import { maxTokenLength } from '../wire/limits.ts'
import { quoted } from '../wire/quoted.ts'
import { type JsonObject, parseJsonObject } from './json.ts'
import { kindOfTyp, type TokenKind } from './kinds.ts'

/** A JWS that was decoded and not verified, of whatever type. Nothing in it may be returned as identity. */
export interface UntrustedJws {
  readonly typ: unknown
  /** As in the header; `EdDSA` only reaches the generations that allow it. */
  readonly alg: 'Ed25519' | 'ES256' | 'EdDSA'
  readonly kid: string
  /** Header and payload as they were signed. */
  readonly signingInput: string
  readonly signature: Uint8Array<ArrayBuffer>
  readonly untrustedClaims: JsonObject
}

/** A token that a request presented, decoded and not verified. */
export interface UntrustedToken extends UntrustedJws {
  readonly kind: TokenKind
}

const maxHeader = 1024

/** Header members that would change what is verified or with which key (F07, F08, R11-023). */
const refusedMembers = ['crit', 'b64', 'zip', 'enc', 'cty'] as const

/**
 * Decodes a token that an agent may present: its `typ` is one of three (R11-020).
 * @throws {AAuthError} `invalid_jwt`
 */
export function decodeToken(text: string): UntrustedToken {
  const jws = decodeJws(text, isPresentable)
  return { ...jws, kind: kindOfTyp.get(jws.typ) as TokenKind }
}

function isPresentable(typ: unknown): boolean {
  return kindOfTyp.has(typ)
}

/**
 * Decodes a compact JWS: three canonical segments, two duplicate-free objects, a known `typ`, an allowed `alg`,
 * a `kid`. `jwk`, `jku` and `x5*` are not even looked at (R11-021 to R11-024, R11-043).
 *
 * @param knows whether `typ` is one that is wanted; asked before anything else is done with it
 * @throws {AAuthError} `invalid_jwt`
 */
export function decodeJws(text: string, knows: (typ: unknown) => boolean): UntrustedJws {
  if (text.length > maxTokenLength)
    throw invalidJwt(`the token has more than ${maxTokenLength} characters: the issuer must shorten it`)
  const segments = text.split('.', 4)
  const [headerBytes, payloadBytes, signature] = segments.map(decodeBase64url)
  if (segments.length !== 3 || !headerBytes || !payloadBytes || signature?.length !== 64) {
    throw invalidJwt(
      'the token is not a compact JWS: write three segments in base64url without padding, the last of 64 octets',
    )
  }
  const header = headerBytes.length <= maxHeader ? parseJsonObject(headerBytes) : undefined
  const claims = parseJsonObject(payloadBytes)
  if (!header || !claims)
    throw invalidJwt(
      'the header or payload of the token is not a JSON object, repeats a member or is too large: the issuer must mend it',
    )
  const { typ, alg, kid } = header
  if (typ === undefined)
    throw invalidJwt('"typ" is missing in the header of the token: the issuer must add it')
  if (!knows(typ))
    throw invalidJwt(
      `"typ" is ${quoted(typ)}, which is not a type that is accepted here: present another token`,
    )
  const refused = refusedMembers.find((name) => name in header)
  if (refused !== undefined) throw invalidJwt(`the header of the token holds "${refused}": leave it out`)
  if (alg !== 'Ed25519' && alg !== 'ES256' && alg !== 'EdDSA')
    throw invalidJwt(`"alg" is ${quoted(alg)}, which is not accepted: sign with Ed25519 or ES256`)
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256)
    throw invalidJwt(
      kid === undefined
        ? '"kid" is missing in the header of the token: the issuer must add it'
        : '"kid" is not a string of 1 to 256 characters: name the key that signed the token',
    )
  const signingInput = text.slice(0, text.lastIndexOf('.'))
  return { typ, alg, kid, signingInput, signature, untrustedClaims: claims }
}

function invalidJwt(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
