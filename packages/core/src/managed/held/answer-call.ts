import { authorizeCompiled } from '../../authorize/authorize.ts'
import { refuse } from '../../authorize/conclude.ts'
import type { Grounds } from '../../authorize/decision-event.ts'
import { AAuthError, isAAuthError } from '../../errors/aauth-error.ts'
import { type Answer, answer } from '../../errors/answer.ts'
import { serverFault } from '../../errors/server-fault.ts'
import type { CompiledRequirement } from '../../resource/requirement.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import { knownCaller } from '../../verify/known-caller.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import type { ManagedState } from '../managed-state.ts'
import { answerGranted } from './answer-granted.ts'
import { maxHeldBody } from './held-limits.ts'
import type { HeldRoute } from './held-route.ts'
import { holdCall } from './keep-call.ts'

/** Answers a call: runs it, holds it, or refuses it. Never rejects. */
export async function answerCall(
  managed: ManagedState,
  route: HeldRoute,
  compiled: CompiledRequirement,
  request: SignedRequest,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<Answer> {
  const { state } = managed
  const grounds: Grounds = { point: 'guard', request, requirement: route.name }
  const read = async (): Promise<Uint8Array> => {
    const content = request.body ?? (await readContent(maxHeldBody))
    if (content.length > maxHeldBody)
      throw new AAuthError('content_too_large', { hint: `content over ${maxHeldBody} octets` })
    return content
  }
  const refused = (fault: unknown): AAuthError | undefined =>
    refuse(state, grounds, isAAuthError(fault) ? fault : serverFault(fault, true))
  let auth: PersonTokenAuth
  try {
    auth = (await authorizeCompiled(state, request, compiled, { content: 'later' })) as PersonTokenAuth
  } catch (error) {
    const verified = knownCaller(state, request)?.verified
    // Agents of drafts 01 to 10 know no such 202.
    if (
      !isAAuthError(error) ||
      error.code !== 'auth_token_required' ||
      verified?.token.claims.generation !== 'person-token'
    )
      return answer(error)
    managed.held.unknown.reportIfDue()
    return answer(await holdCall(managed, route, compiled, request, verified, error, read).catch(refused))
  }
  managed.held.unknown.reportIfDue()
  try {
    return await answerGranted(managed, route, compiled, request, auth, read)
  } catch (error) {
    return answer(refused(error))
  }
}
