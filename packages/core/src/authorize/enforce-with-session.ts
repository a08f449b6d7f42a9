import { AAuthError } from '../errors/aauth-error.ts'
import type { Deadline } from '../limits/deadline.ts'
import type { FoundSession } from '../resource/managed-access.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import type { Auth } from '../token/auth.ts'
import { sessionOf } from '../verify/session-lookup.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { challengeFor, enforceRequirement } from './enforce-requirement.ts'

/**
 * Checks a verified request on a route that takes sessions. Without a session that counts, the answer is what it would be
 * without the value (ACCESS-3, ACCESS-7).
 * @throws {AAuthError} (the promise rejects)
 */
export async function enforceWithSession(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  deadline: Deadline,
): Promise<Auth> {
  const found = await deadline.waitFor('"stores.records"', foundFor(state, verified, requirement))
  // `check` may give a first value.
  verified.access ??= { value: undefined }
  const auth = await enforceRequirement(state, request, verified, requirement, deadline, found)
  if (found === undefined) return auth
  verified.assertSession = () => assertSession(state, request, verified, requirement, auth)
  verified.access.value ??= await deadline.waitFor('"stores.records"', found.renew())
  return auth
}

/** The session that was presented. Where persons are asked, nobody is asked again whose agent has only lost its value. */
async function foundFor(
  state: ResourceState,
  verified: VerifiedRequest,
  { asksPerson }: CompiledRequirement,
): Promise<FoundSession | undefined> {
  const found = await sessionOf(state, verified)
  const { token, budget } = verified
  if (found !== undefined || asksPerson?.takesStanding !== true || token.claims.kind === 'auth-token')
    return found
  return state.managed?.findStanding(token, budget)
}

/** The consent may have been ended or narrowed while `check`, the content or a grant took their time. */
async function assertSession(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  { scopes }: Auth,
): Promise<void> {
  const found = await foundFor(state, verified, requirement)
  if (found !== undefined && scopes.every((scope) => found.scopes.includes(scope))) return
  // A resource token is issued after the request was checked again, without the session.
  verified.assertSession = undefined
  const challenge = await challengeFor(state, request, verified, requirement, found?.scopes)
  throw (
    challenge ??
    new AAuthError('access_denied', {
      hint: 'the consent of the session was ended',
    })
  )
}
