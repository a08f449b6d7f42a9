import type { Caller } from '../resource/requirement.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { asAuth } from './read-identity.ts'

const none: readonly (readonly [name: string, value: string])[] = []

/**
 * The fields by which an answer gives a caller a new session value, on a route that takes sessions (ACCESS-5, ACCESS-6). An
 * adapter sets them in place of those of the handler, once the handler is done: there is one value, and no cache may store
 * it.
 *
 * @param caller what the guard of the request returned
 */
export function accessFieldsFor(
  caller: Caller | undefined,
): readonly (readonly [name: string, value: string])[] {
  const auth = asAuth(caller)
  const value = auth && provenanceOf(auth).verified.access?.value
  return value === undefined
    ? none
    : [
        ['aauth-access', value],
        ['cache-control', 'no-store'],
      ]
}
