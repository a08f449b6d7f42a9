import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/**
 * Whether a guard passes this request to the CORS middleware behind it: the resource has `cors: true`, and the request is
 * a preflight, which browsers send without credentials (M20). An adapter passes it on without an identity and responds
 * without content.
 */
export function passesPreflight(resource: Resource, request: SignedRequest): boolean {
  return (
    stateOf(resource).settings.cors &&
    request.method === 'OPTIONS' &&
    saysOneThing(request, 'origin') &&
    saysOneThing(request, 'access-control-request-method') &&
    isUnsigned(request)
  )
}

function saysOneThing(request: SignedRequest, name: string): boolean {
  const [line, second] = request.header(name)
  return line !== undefined && line !== '' && second === undefined
}
