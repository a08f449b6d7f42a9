import { AAuthError } from '../errors.ts'
import type { Mission } from './claims.ts'
import { isS256, isServerId } from './identifiers.ts'
import { asObject, type JsonObject } from './json.ts'

export function scopesOf(claims: JsonObject): readonly string[] {
  const { scope } = claims
  if (scope === undefined) return []
  // RFC 6749 §3.3 scope tokens between single spaces; anything else is a confusion waiting to happen (security G20).
  if (
    typeof scope !== 'string' ||
    scope.length > 2048 ||
    !/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/.test(scope)
  ) {
    throw refuse('scope is no list of scope values')
  }
  const scopes = [...new Set(scope.split(' '))]
  if (scopes.length > 64) throw refuse('more than 64 scopes')
  return scopes
}

export function tenantOf(claims: JsonObject): string | null {
  return text(claims, 'tenant', 512) ?? null
}

export function requiredSub(claims: JsonObject): string {
  const sub = text(claims, 'sub', 512)
  if (sub === undefined) throw refuse('sub is missing')
  return sub
}

export function directMission(approver: string, claims: JsonObject): Mission | undefined {
  const { mission_s256: s256 } = claims
  if (s256 === undefined) return undefined
  if (!isS256(s256)) throw refuse('mission_s256 is no digest')
  return { approver, s256 }
}

export function missionObject(claims: JsonObject): Mission | undefined {
  if (claims.mission === undefined) return undefined
  const mission = asObject(claims.mission)
  const { approver, s256 } = mission ?? {}
  if (!isServerId(approver) || !isS256(s256)) throw refuse('mission is no {approver, s256}')
  return { approver, s256 }
}

/** Whom a token is for: a string, or a list of exactly one (RFC 7519 §4.1.3). `undefined` for anything else. */
export function audienceOf({ aud }: JsonObject): string | undefined {
  const only: unknown = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud
  return typeof only === 'string' ? only : undefined
}

export function numericDate(claims: JsonObject, name: string): number {
  const value = claims[name]
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw refuse(`${name} is no NumericDate`)
  return value as number
}

export function text(claims: JsonObject, name: string, max: number): string | undefined {
  const value = claims[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length === 0 || value.length > max || /\p{Cc}/u.test(value)) {
    throw refuse(`${name} is no string of 1 to ${max} characters`)
  }
  return value
}

export function refuse(hint: string): AAuthError {
  return new AAuthError('invalid_jwt', { hint })
}
