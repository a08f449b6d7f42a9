import type { Caller } from '@aauth-guard/core'
import { readCaller } from '@aauth-guard/core/adapter'
import { callers, remedy } from './get-auth.ts'

/**
 * The caller that `protect` accepted: an `Auth`, or an `OtherCaller` if the route has an `alternative`. `type` tells them
 * apart.
 *
 * @param request the one that `protect` passed to the handler
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller(request: Request): Caller | undefined {
  if (!callers.has(request))
    throw new TypeError('the request has no verified identity: put protect(resource) before this handler')
  return readCaller(callers.get(request), remedy)
}
