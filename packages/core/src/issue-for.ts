import { isAdmitted } from './admit.ts'
import { AAuthError } from './errors.ts'
import { signResourceToken } from './issue/resource-token.ts'
import type { Trust } from './keys/trust.ts'
import type { ResourceState } from './resource.ts'
import type { VerifiedRequest } from './verify-request.ts'

/** What a resource token asks for. Everything else in it comes from the verified request. */
export interface Asked {
  readonly scopes: readonly string[]
  readonly account: string | undefined
  /** Of the route, where it narrows the trust of the resource. */
  readonly trust: Trust | undefined
}

/**
 * Issues a resource token for a verified request (RT-1 to RT-14; R11-160 to R11-169).
 * @throws {AAuthError} `access_denied` where nobody could redeem it, or the agent would not take it
 */
export async function issueFor(
  state: ResourceState,
  { token: { claims, thumbprint }, transport, asserted }: VerifiedRequest,
  { scopes, account, trust }: Asked,
): Promise<string> {
  const { settings } = state
  const { accessServer, issuer } = settings
  const audience = accessServer ?? claims.ps
  const redeemable =
    audience !== undefined &&
    (audience === accessServer || isAdmitted(settings, trust, 'person-server', audience))
  if (!redeemable) {
    throw new AAuthError('access_denied', {
      hint: 'neither an access server nor an admitted person server could grant access',
    })
  }
  // Agents refuse a resource token that does not come from the authority they called (R11-013).
  if (transport.authority !== issuer.slice('https://'.length)) {
    throw new AAuthError('access_denied', { hint: `resource tokens are issued at ${issuer} only` })
  }
  const mission = claims.mission ?? asserted
  const older = settings.olderPresentedJti.includes(audience)
  const grounds = { claims, thumbprint, audience, scopes, account, older, mission }
  return signResourceToken(grounds, issuer, await state.signingKey.current(), settings.now())
}
