import { AAuthError } from '../errors/aauth-error.ts'
import { quoted } from '../wire/quoted.ts'
import type { Mission } from './claims.ts'
import { isS256, isServerId, serverIdRemedy } from './identifiers.ts'
import { asObject, type JsonObject } from './json.ts'

export function scopesOf(claims: JsonObject): readonly string[] {
  const { scope } = claims
  if (scope === undefined) return []
  // RFC 6749 §3.3 scope tokens between single spaces; anything else is a confusion waiting to happen (G20).
  if (
    typeof scope !== 'string' ||
    scope.length > 2048 ||
    !/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)
  ) {
    throw invalidJwt(wrong('scope', scope, 'a list of scope values', 'separate them with single spaces'))
  }
  const scopes = [...new Set(scope.split(' '))]
  if (scopes.length > 64) throw invalidJwt('"scope" holds more than 64 values: grant fewer')
  return scopes
}

export function tenantOf(claims: JsonObject): string | null {
  return text(claims, 'tenant', 512) ?? null
}

export function requiredSub(claims: JsonObject): string {
  const sub = text(claims, 'sub', 512)
  if (sub === undefined) throw invalidJwt(missing('sub'))
  return sub
}

export function directMission(approver: string, claims: JsonObject): Mission | undefined {
  const { mission_s256: s256 } = claims
  if (s256 === undefined) return undefined
  if (!isS256(s256)) throw invalidJwt(wrong('mission_s256', s256, 'a digest', digestRemedy))
  return { approver, s256 }
}

export function missionObject(claims: JsonObject): Mission | undefined {
  if (claims.mission === undefined) return undefined
  const mission = asObject(claims.mission)
  const { approver, s256 } = mission ?? {}
  if (!isServerId(approver) || !isS256(s256))
    throw invalidJwt(
      '"mission" is not an object with approver and s256: give a server identifier and a digest',
    )
  return { approver, s256 }
}

/** Whom a token is for: a string, or a list of exactly one (RFC 7519 §4.1.3). `undefined` for anything else. */
export function audienceOf({ aud }: JsonObject): string | undefined {
  const only: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  return typeof only === 'string' ? only : undefined
}

export function numericDate(claims: JsonObject, name: string): number {
  const value = claims[name]
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw invalidJwt(wrong(name, value, 'a NumericDate', 'give seconds since 1970 as an integer'))
  return value as number
}

export function text(claims: JsonObject, name: string, max: number): string | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length === 0 || value.length > max || /\p{Cc}/u.test(value)) {
    throw invalidJwt(wrong(name, value, `a string of 1 to ${max} characters`, 'shorten it, or leave it out'))
  }
  return value
}

export function requiredServerId(claims: JsonObject, name: string): string {
  const value = claims[name]
  if (isServerId(value)) return value
  throw invalidJwt(wrong(name, value, 'a server identifier', serverIdRemedy(value)))
}

export const agentRemedy = 'write it as aauth:name@host'
export const digestRemedy = 'give 32 octets in base64url without padding'

/** The text for a claim that must be there. */
export function missing(name: string): string {
  return `"${name}" is missing in the token: the issuer must add it`
}

/** The text for a claim that is missing or has another form. */
export function wrong(name: string, value: unknown, what: string, remedy: string): string {
  return value === undefined
    ? missing(name)
    : `"${name}" is ${quoted(value)}, which is not ${what}: ${remedy}`
}

export function invalidJwt(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
