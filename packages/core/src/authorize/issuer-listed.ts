import type { Auth } from '../token/auth.ts'
import { provenanceOf } from '../verify/provenance.ts'

/**
 * Whether `trust` of the resource lists the issuer of an identity, in any role, instead of trusting it as one of `'any'`.
 * Anybody can be an unlisted issuer, so what these use up must not be what others need.
 *
 * @throws {TypeError} for an `auth` that no resource verified
 */
export function hasListedIssuer(auth: Auth): boolean {
  return provenanceOf(auth).state.isListed(auth.iss)
}
