import { AAuthError } from '../errors/aauth-error.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth } from '../token/auth.ts'
import { type Provenance, provenanceOf } from '../verify/provenance.ts'
import { type ManagedState, managedStateOf } from './managed-state.ts'
import type { Owner } from './owner.ts'

/** A verified caller of a resource with managed access, to whom sessions can be given. */
export interface ManagedCaller {
  readonly managed: ManagedState
  readonly verified: Provenance['verified']
  readonly owner: Owner
}

/** @throws {TypeError} for an `auth` that this resource did not verify, or that has an authority of its own */
export function managedCaller(resource: Resource, auth: Auth): ManagedCaller {
  const managed = managedStateOf(resource)
  const { state, verified } = provenanceOf(auth)
  if (state !== managed.state)
    throw new TypeError('"auth" was verified by another resource: pass the resource of the guard')
  if (auth.type === 'auth-token')
    throw new TypeError(
      '"auth" comes from an auth token, which grants by itself: sessions stand beside agent tokens and person tokens',
    )
  return { managed, verified, owner: managed.sessions.ownerOf(verified.token) }
}

/** The answer where there is no space for a record. */
export function recordsFull(): AAuthError {
  return new AAuthError('rate_limited', {
    hint: 'the owner, the issuer or all unlisted issuers used up their share of "stores.records"',
    retryAfter: 60,
  })
}
