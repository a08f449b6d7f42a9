import type { Caller } from '@aauth-guard/core'
import type { Context } from 'koa'
import { slot } from './get-auth.ts'

/**
 * Whoever passed `protect`, where the type of `ctx.state` does not say it: an `Auth`, or an `OtherCaller` where the route has
 * an `alternative`. `type` tells which.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller({ req }: Pick<Context, 'req'>): Caller | undefined {
  return slot.readCaller(req)
}
