import type { Caller } from '@aauth-guard/core'
import type { Context } from 'koa'
import { slot } from './get-auth.ts'

/**
 * The caller that `protect` accepted, for code in which the type of `ctx.state` does not include it: an `Auth`, or an `OtherCaller` if the route has
 * an `alternative`. `type` tells them apart.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller({ req }: Pick<Context, 'req'>): Caller | undefined {
  return slot.readCaller(req)
}
