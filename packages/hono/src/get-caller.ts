import type { Caller } from '@aauth-guard/core'
import { readCaller } from '@aauth-guard/core/adapter'
import type { Context } from 'hono'

/**
 * The caller that `protect` accepted, for code in which the type of `c.var` does not include it: an `Auth`, or an `OtherCaller` if the route has
 * an `alternative`.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller(c: Context): Caller | undefined {
  if (!('aauth' in c.var))
    throw new TypeError('the request has no verified identity: put protect(resource) before this handler')
  return readCaller(c.get('aauth'), 'put protect(resource) before whatever reads the content')
}
