import { type JWTPayload, SignJWT } from 'jose'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import type { ActiveKey } from './signing-key.ts'

/** What a resource token is made of. All of it comes from the verified token on this very request. */
export interface ResourceTokenGrounds {
  readonly claims: VerifiedClaims
  /** Thumbprint of the key that signed this request. */
  readonly thumbprint: string
  /** The access server, or the person server of the verified token. */
  readonly audience: string
  readonly scopes: readonly string[]
  /** Of the mission-header generation: the mission of the token, or the one its covered header asserts. */
  readonly mission: Mission | undefined
}

/**
 * Signs a resource token of the generation of the token it answers; it never holds claims of both
 * (RT-1 to RT-10, RT-14; R11-160 to R11-166). It lives 300 s, and no longer than that token.
 */
export async function signResourceToken(
  { claims, thumbprint, audience, scopes, mission }: ResourceTokenGrounds,
  issuer: string,
  { key, kid, alg }: ActiveKey,
  now: number,
): Promise<string> {
  const common: JWTPayload = {
    iss: issuer,
    dwk: 'aauth-resource.json',
    aud: audience,
    jti: crypto.randomUUID(),
    iat: now,
    exp: Math.min(now + 300, claims.exp),
    agent_jkt: thumbprint,
    scope: scopes.join(' '),
    ...(claims.account !== null && { account: claims.account }),
  }
  const specific: Record<string, unknown> =
    claims.generation === 'person-token'
      ? {
          ps: claims.ps,
          sub: claims.sub,
          presented_jti: claims.jti,
          ...(claims.mission && { mission_s256: claims.mission.s256 }),
          ...(claims.tenant !== null && { tenant: claims.tenant }),
        }
      : {
          agent: claims.agent,
          ...(mission && { mission: { approver: mission.approver, s256: mission.s256 } }),
        }
  return new SignJWT({ ...common, ...specific })
    .setProtectedHeader({ typ: 'aa-resource+jwt', alg, kid })
    .sign(key)
}
