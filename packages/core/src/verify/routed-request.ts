import type { RoutedRequest } from '../wire/routed-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { Transport } from './transport.ts'

/** The view of `request` that callbacks receive. Its target is the one with which `transport` was verified. */
export function routedRequest(
  request: SignedRequest,
  { method, rawTarget, strippedPrefix, target }: Transport,
): RoutedRequest {
  const path = target.path.slice(strippedPrefix.length)
  const query = rawTarget.includes('?') ? target.query : ''
  const header = (name: string): readonly string[] => request.header(name)
  return { method, target: path + query, path, query, header, body: request.body }
}
