import type { Mission, VerifiedClaims } from './claims.ts'

/** One text for a token, as its issuer names it. No two tokens of different names share one (property P7). */
export function tokenKey({ iss, jti }: Pick<VerifiedClaims, 'iss' | 'jti'>): string {
  return JSON.stringify([iss, jti])
}

/** Likewise for a mission. */
export function missionKey({ approver, s256 }: Mission): string {
  return JSON.stringify([approver, s256])
}
