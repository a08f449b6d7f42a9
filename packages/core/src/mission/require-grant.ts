import { within } from '../deadline.ts'
import { AAuthError, isAAuthError } from '../errors.ts'
import { demandLiving } from '../mission-end.ts'
import { provenanceOf } from '../provenance.ts'
import { type ClassPolicy, isClassPolicy } from '../requirement.ts'
import type { Auth } from '../token/auth.ts'
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
  mission_mismatch: 'mission_mismatch',
  class_mismatch: 'class_mismatch',
  class_unknown: 'class_unverifiable',
  person_mismatch: 'access_denied',
  expired: 'access_denied',
}
const hints: Readonly<Record<Refused, string>> = {
  mission_mismatch: 'the grant is of another mission',
  class_mismatch: 'the grant is of another agent provider',
  class_unknown: 'nobody knows the agent provider of the grant or of the token',
  person_mismatch: 'the grant is of another person',
  expired: 'the grant has expired',
}

/**
 * Lets a verified caller go on with state whose grant `load` finds. Adapters make their `requireGrant` of it.
 *
 * @param load finds the grant that was kept beside the state; `undefined` or `null` where there is none
 * @throws {AAuthError} 403 `mission_mismatch`, `class_mismatch`, `class_unverifiable`, or `access_denied` for another
 * person, an expired grant or none; `mission_terminated`; `server_error` where `load` fails or takes too long
 * @throws {TypeError} for an `auth` that no resource verified
 */
export async function demandGrant(
  auth: Auth,
  load: () => MissionGrant | null | undefined | Promise<MissionGrant | null | undefined>,
  options: GrantOptions = {},
): Promise<void> {
  const { state, request, verified, ...route } = provenanceOf(auth)
  const { classPolicy = route.classPolicy } = options
  try {
    const grant = await within(state, '"load" of requireGrant', load())
    // It may have ended while the grant was looked for.
    await demandLiving(state, verified)
    if (typeof grant !== 'object' || grant === null)
      throw new AAuthError('access_denied', { hint: 'there is no grant' })
    const found = mayResume(grant, auth, classPolicy)
    if (found !== 'match') throw new AAuthError(codes[found], { hint: hints[found] })
  } catch (error) {
    if (isAAuthError(error)) throw state.refuse(error, request)
    throw state.refuse(
      new AAuthError('server_error', { hint: 'the grant could not be loaded', cause: error, retryAfter: 5 }),
      request,
    )
  }
}

/** Checks the options when a guard is made. @throws {TypeError} */
export function checkGrantOptions({ classPolicy = 'deny' }: GrantOptions): void {
  if (!isClassPolicy(classPolicy))
    throw new TypeError('"classPolicy" must be deny, mission-only, same-key or linked-key')
}
