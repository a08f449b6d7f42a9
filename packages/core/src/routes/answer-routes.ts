import { accept, noteAcceptance, refuse } from '../authorize/conclude.ts'
import type { Grounds } from '../authorize/decision-event.ts'
import { isAAuthError } from '../errors/aauth-error.ts'
import { type Answer, answer } from '../errors/answer.ts'
import { serverFault } from '../errors/server-fault.ts'
import type { Endpoint } from '../resource/endpoint.ts'
import { authorizationPath, pendingPath, revocationPath } from '../resource/paths.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { stateOf } from '../resource/state-of.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { splitTarget } from '../wire/target.ts'
import { answerAuthorization } from './authorization.ts'
import { answerRevocation } from './revocation.ts'
import { methodNotAllowed, readDocument } from './well-known.ts'

const endpoints: ReadonlyMap<
  string | undefined,
  (state: ResourceState, ...request: Parameters<Endpoint>) => Promise<Answer>
> = new Map([
  [authorizationPath, answerAuthorization],
  [revocationPath, answerRevocation],
])
/** Maximum octets of content that an endpoint reads. */
const maxContent = 4096

/**
 * Answers requests to the routes that the resource serves itself: its metadata, its keys, the authorization endpoint, the
 * revocation endpoint, and pending URLs with the option `managed`. Returns `undefined` for any other path. The published metadata matches what guards enforce.
 *
 * @param readContent reads the content of the request up to a number of octets; called for verified callers only
 */
export async function answerRoutes(
  resource: Resource,
  request: SignedRequest,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<Answer | undefined> {
  const { method, target } = request
  const path = splitTarget(target)?.path
  const state = stateOf(resource)
  state.routesReached = true
  const own = endpoints.get(path)
  const endpoint: Endpoint | undefined = own
    ? (...given) => own(state, ...given)
    : state.missionMonitor?.endpoints.get(path)
  const grounds: Grounds = { point: 'route', request }
  try {
    let answered: Answer
    if (state.managed !== undefined && path?.startsWith(pendingPath)) {
      answered = await state.managed.answerPending(request, path.slice(pendingPath.length), readContent)
    } else {
      if (endpoint === undefined) return await readDocument(state, method, path)
      if (method !== 'POST') throw methodNotAllowed(method, 'POST')
      answered = await endpoint(request, () => readContent(maxContent))
    }
    await accept(state, grounds)
    noteAcceptance(state, request)
    return answered
  } catch (error) {
    // The response tells agents that a fault of the endpoint is permanent (draft 11 §6.6).
    return answer(refuse(state, grounds, isAAuthError(error) ? error : serverFault(error, true)))
  }
}
