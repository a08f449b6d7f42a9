import { accept, refuse } from '../authorize/conclude.ts'
import type { Grounds } from '../authorize/decision-event.ts'
import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import { within } from '../limits/deadline.ts'
import { assertClassPolicy, type Caller, type ClassPolicy } from '../resource/requirement.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { otherProvenanceOf, provenanceOf } from '../verify/provenance.ts'
import { quoted } from '../wire/quoted.ts'
import { type MissionGrant, mayResume, type Resumption } from './grant.ts'

/** How `requireGrant` treats a caller. */
export interface GrantOptions {
  /** How to treat a token whose agent provider is unknown. Default: the class policy of the route, or `'deny'`. */
  readonly classPolicy?: ClassPolicy
}

type Refused = Exclude<Resumption, 'match'>

const codes: Readonly<
  Record<Refused, 'access_denied' | 'mission_mismatch' | 'class_mismatch' | 'class_unverifiable'>
> = {
  resource_mismatch: 'access_denied',
  mission_mismatch: 'mission_mismatch',
  class_mismatch: 'class_mismatch',
  class_unknown: 'class_unverifiable',
  person_mismatch: 'access_denied',
  expired: 'access_denied',
}
const hints: Readonly<Record<Refused, string>> = {
  resource_mismatch: 'the grant was made by another resource',
  mission_mismatch: 'the grant is for another mission, or is damaged',
  class_mismatch: 'the grant is for another agent provider',
  class_unknown: 'the agent provider of the grant or of the token is unknown',
  person_mismatch: 'the grant is for another person',
  expired: 'the grant or the token has expired',
}

/**
 * Checks that a verified caller may resume the state whose grant `load` returns. The `requireGrant` of the adapters is
 * built on it. Checks once more that the token has not expired and is not revoked, and that its mission is active. A
 * store that was queried less than a second ago is not queried again about the token.
 *
 * @param auth the result of the guard; `undefined` for a request without a credential, which has no grant. A caller with
 * a credential other than AAuth has no grant either
 * @param load returns the grant that was stored with the state; `undefined` or `null` if there is none
 * @throws {AAuthError} 403 `mission_mismatch`, `class_mismatch`, `class_unverifiable`, or `access_denied` for another
 * person or resource, an expired grant or none; `mission_terminated`; 401 `expired_jwt`, `revoked_jwt`; `server_error` where `load` fails or takes too long
 * @throws {TypeError} for an `auth` that was not verified by a resource
 */
export async function assertGrant(
  auth: Caller | undefined,
  load: () => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions = {},
): Promise<void> {
  if (auth === undefined)
    throw new AAuthError('access_denied', {
      hint: 'the request has no credential, so it has no grant: put a guard that is not optional before requireGrant',
    })
  if (auth.type === 'other') {
    const { state, request } = otherProvenanceOf(auth)
    const hint = `the caller came with ${quoted(auth.scheme)}, which carries no mission: leave out "alternative" on routes with requireGrant`
    throw refuse(state, { point: 'grant', request }, new AAuthError('access_denied', { hint }))
  }
  const { state, request, verified, ...route } = provenanceOf(auth)
  const { classPolicy = route.classPolicy } = options
  const grounds: Grounds = { point: 'grant', request }
  try {
    const grant = await within(state, '"load" of requireGrant', load())
    // The request may have been verified long ago, and its token or mission may have ended while the grant was loaded.
    await assertStillGood(state, verified)
    if (typeof grant !== 'object' || grant === null)
      throw new AAuthError('access_denied', {
        hint: 'the callback of requireGrant returned no grant: store missionGrant(auth) with the state',
      })
    const found = mayResume(grant, auth, classPolicy)
    if (found !== 'match') throw new AAuthError(codes[found], { hint: hints[found] })
  } catch (error) {
    const refusal = isAAuthError(error)
      ? error
      : new AAuthError('server_error', { hint: 'the grant could not be loaded', cause: error, retryAfter: 5 })
    throw refuse(state, grounds, refusal)
  }
  await accept(state, grounds)
}

/** Checks the options when a guard is made. @throws {TypeError} */
export function checkGrantOptions({ classPolicy = 'deny' }: GrantOptions): void {
  assertClassPolicy(classPolicy)
}
