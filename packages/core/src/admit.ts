import { AAuthError } from './errors.ts'
import type { KeySource } from './keys/issuer-records.ts'
import { admits, names, type Trust } from './keys/trust.ts'
import type { ResourceSettings } from './options.ts'
import { renewal, type UntrustedClaims } from './token/claims.ts'

type Issued = Pick<UntrustedClaims, 'kind' | 'generation' | 'role' | 'iss' | 'dwk'>

/**
 * Decides whether the issuer of a token is believed in its role, before anything is fetched for it
 * (matrix AUTH-2, JWT-7; R11-063, R11-064).
 *
 * @param routeTrust narrows the trust of the resource
 * @throws {AAuthError} `invalid_jwt`
 */
export function admit(settings: ResourceSettings, routeTrust: Trust | undefined, claims: Issued): void {
  const { kind, generation, role, iss } = claims
  const bypassesAccessServer =
    kind === 'auth-token' &&
    role === 'person-server' &&
    settings.accessServer !== undefined &&
    !settings.acceptPersonServerTokens
  if (isAdmitted(settings, routeTrust, role, iss) && !bypassesAccessServer) return
  throw new AAuthError('invalid_jwt', {
    hint: bypassesAccessServer
      ? `${iss} is no access server of this resource`
      : `${iss} is not admitted as ${role}`,
    ...(kind === 'auth-token' && renewal(kind, generation)),
  })
}

/** Whether the resource believes `iss` in `role`, on a route that may narrow its trust. */
export function isAdmitted(
  settings: ResourceSettings,
  routeTrust: Trust | undefined,
  role: Issued['role'],
  iss: string,
): boolean {
  if (routeTrust !== undefined && !admits(routeTrust, role, iss)) return false
  const { trust, accessServer, issuer } = settings
  if (role === 'access-server' && iss === accessServer) return true
  // A resource does not fetch from itself unless it was told to (security I32).
  if (iss === issuer && !names(trust, role, iss)) return false
  return admits(trust, role, iss)
}

/** Where the keys of the issuer are. */
export function sourceOf(
  { trust, accessServer }: ResourceSettings,
  { iss, dwk, role }: Omit<Issued, 'kind' | 'generation'>,
): KeySource {
  return { iss, dwk, named: names(trust, role, iss) || (role === 'access-server' && iss === accessServer) }
}
