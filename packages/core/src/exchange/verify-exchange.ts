import type { VerifiedClaims } from '../token/claims.ts'
import { rulesOf } from '../token/generations.ts'
import { decodeToken } from '../token/untrusted-token.ts'
import { ExchangeError, type ExchangeMismatch } from './exchange-error.ts'
import { asExchangeError, type Issuers } from './issuers.ts'
import type { VerifiedResourceToken } from './verify-resource-token.ts'

/** A resource token that was verified, and the auth token that shall answer it. */
export interface Exchange {
  readonly resourceToken: VerifiedResourceToken
  readonly authToken: string
  readonly issuers: Issuers
}

/**
 * Verifies that an auth token is a faithful outcome of a resource token: granted by whom it asked, for whom it came
 * from, to the same key, person, agent, mission and account, for no more scope and no longer than allowed
 * (draft 11 §9.1.3, §9.4.1, §9.4.4; drafts 01 to 10, Auth Token Delivery).
 *
 * A server checks with it what it is about to deliver, an agent what it was given; each departure has its own code.
 *
 * @returns the claims of the auth token
 * @throws {ExchangeError} `invalid_auth_token`, `expired_auth_token`, or a {@link ExchangeMismatch}
 * @throws {AAuthError} `server_error` when keys cannot be had for now
 * @example
 * ```ts
 * import { type Issuers, type VerifiedResourceToken, verifyExchange } from '@aauth-guard/core/exchange'
 *
 * export async function deliver(
 *   authToken: string,
 *   resourceToken: VerifiedResourceToken,
 *   issuers: Issuers,
 * ): Promise<Response> {
 *   const { exp } = await verifyExchange({ resourceToken, authToken, issuers })
 *   return Response.json({ auth_token: authToken, expires_in: exp - issuers.now() })
 * }
 * ```
 */
export async function verifyExchange({
  resourceToken: asked,
  authToken,
  issuers,
}: Exchange): Promise<VerifiedClaims> {
  checkIssuer(authToken, asked.aud)
  const { claims, jkt, aud } = await issuers.verifyParameter(authToken, 'auth', undefined)
  const { personTokens } = rulesOf(asked.generation)
  const departures: readonly (readonly [ExchangeMismatch, boolean])[] = [
    ['audience_not_issuer', aud !== asked.iss],
    ['generation_changed', claims.generation !== asked.generation],
    ['key_changed', jkt !== asked.agentJkt],
    ['person_changed', personTokens && (claims.ps !== asked.ps || claims.sub !== asked.sub)],
    ['agent_changed', claims.agent !== asked.agent],
    ['tenant_changed', personTokens && (claims.tenant ?? undefined) !== asked.tenant],
    [
      'mission_changed',
      claims.mission?.s256 !== asked.mission?.s256 || claims.mission?.approver !== asked.mission?.approver,
    ],
    ['scope_broadened', claims.scopes.some((scope) => !asked.scopes.includes(scope))],
    ['account_changed', (claims.account ?? undefined) !== asked.account],
    ['lifetime_exceeded', claims.exp > asked.latestExp],
  ]
  const departure = departures.find(([, departs]) => departs)
  if (departure) throw new ExchangeError(departure[0], 'the auth token is not what the resource asked for')
  return claims
}

/** Nobody else is asked for keys. */
function checkIssuer(authToken: string, audience: string): void {
  try {
    const { kind, untrustedClaims } = decodeToken(authToken)
    if (kind !== 'auth-token') throw new ExchangeError('invalid_auth_token', 'no auth token')
    if (untrustedClaims.iss !== audience)
      throw new ExchangeError('issuer_not_audience', 'the auth token is not of whom the resource asked')
  } catch (fault) {
    throw asExchangeError(fault, 'auth')
  }
}
