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
  /** What to do where the agent provider is unknown; default what the route says, or `'deny'`. */
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
  mission_mismatch: 'the grant is of another mission, or is damaged',
  class_mismatch: 'the grant is of another agent provider',
  class_unknown: 'nobody knows the agent provider of the grant or of the token',
  person_mismatch: 'the grant is of another person',
  expired: 'the grant or the token has expired',
}

/**
 * Lets a verified caller go on with state whose grant `load` finds. Adapters make their `requireGrant` of it. Checks
 * once more that the token has not expired and is not revoked, and that its mission is active; a store that was asked
 * less than a second ago is not asked again whether the token is revoked.
 *
 * @param auth what the guard found; `undefined` where it let somebody without credential pass, who has no grant. A caller
 * with another credential than AAuth has none either
 * @param load finds the grant that was kept beside the state; `undefined` or `null` where there is none
 * @throws {AAuthError} 403 `mission_mismatch`, `class_mismatch`, `class_unverifiable`, or `access_denied` for another
 * person or resource, an expired grant or none; `mission_terminated`; 401 `expired_jwt`, `revoked_jwt`; `server_error` where `load` fails or takes too long
 * @throws {TypeError} for an `auth` that no resource verified
 */
export async function assertGrant(
  auth: Caller | undefined,
  load: () => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions = {},
): Promise<void> {
  if (auth === undefined)
    throw new AAuthError('access_denied', {
      hint: 'the request has no credential, so no grant can be its: put a guard that is not optional before requireGrant',
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
    // The caller may have kept its identity for long, and all of it may have changed while the grant was looked for.
    await assertStillGood(state, verified)
    if (typeof grant !== 'object' || grant === null)
      throw new AAuthError('access_denied', { hint: 'there is no grant' })
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
