import { type Answer, answer } from '../answer.ts'
import { type Resource, type ResourceState, stateOf } from '../resource.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { answerAuthorization } from './authorization.ts'
import { authorizationPath, revocationPath, terminationPath } from './paths.ts'
import { answerRevocation } from './revocation.ts'
import { answerWellKnown } from './well-known.ts'

type Endpoint = (
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

function announcements(resource: Resource): Endpoint | undefined {
  const answerAnnouncement = stateOf(resource).missionWatch?.answerAnnouncement
  return answerAnnouncement && ((_state, request, content) => answerAnnouncement(request, content))
}

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
  const path = target.split('?', 1)[0]
  const endpoint = endpoints.get(path) ?? (path === terminationPath ? announcements(resource) : undefined)
  if (endpoint === undefined) return answerWellKnown(resource, method, target)
  if (method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: '' }
  const state = stateOf(resource)
  try {
    return await endpoint(state, request, () => readContent(maxContent))
  } catch (error) {
    return answer(state.refuse(error, request))
  }
}
