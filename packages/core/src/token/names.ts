import type { Mission, VerifiedClaims } from './claims.ts'

/** A text that identifies a token by issuer and `jti`. No two such pairs share one (property P7). */
export function tokenKey({ iss, jti }: Pick<VerifiedClaims, 'iss' | 'jti'>): string {
  return JSON.stringify([iss, jti])
}

/** Likewise for a mission. */
export function missionKey({ approver, s256 }: Mission): string {
  return JSON.stringify([approver, s256])
}
