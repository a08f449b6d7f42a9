import { type Answer, answer } from '../answer.ts'
import { isAAuthError } from '../errors.ts'
import { type Resource, type ResourceState, stateOf } from '../resource.ts'
import { serverFault } from '../server-fault.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { cutTarget } from '../wire/target.ts'
import { answerAuthorization } from './authorization.ts'
import { authorizationPath, revocationPath } from './paths.ts'
import { answerRevocation } from './revocation.ts'
import { methodNotAllowed, readDocument } from './well-known.ts'

/** What answers a POST to a path of the resource's own. */
export type Endpoint = (
  state: ResourceState,
  request: SignedRequest,
  content: () => Promise<Uint8Array>,
) => Promise<Answer>

const endpoints: ReadonlyMap<string | undefined, Endpoint> = new Map([
  [authorizationPath, answerAuthorization],
  [revocationPath, answerRevocation],
])
/** Octets of content that an endpoint reads. */
const maxContent = 4096

/**
 * The answer of the resource's own routes, or `undefined` for any other path: its metadata, its keys, the
 * authorization endpoint and the revocation endpoint. What is published is what is enforced.
 *
 * @param readContent reads the content of the request up to a number of octets; called for verified callers only
 */
export async function answerRoutes(
  resource: Resource,
  request: SignedRequest,
  readContent: (limit: number) => Promise<Uint8Array>,
): Promise<Answer | undefined> {
  const { method, target } = request
  const path = cutTarget(target)?.path
  const state = stateOf(resource)
  state.routesReached = true
  const endpoint = endpoints.get(path) ?? state.missionWatch?.endpoints.get(path)
  try {
    if (endpoint === undefined) return await readDocument(state, method, path)
    if (method !== 'POST') throw methodNotAllowed(method, 'POST')
    return await endpoint(state, request, () => readContent(maxContent))
  } catch (error) {
    // Agents of an endpoint are told that its own faults will not pass (draft 11 §6.6).
    return answer(state.refuse(isAAuthError(error) ? error : serverFault(error, true), request))
  }
}
