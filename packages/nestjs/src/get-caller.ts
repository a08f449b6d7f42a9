import type { Caller } from '@aauth-guard/core'
import { slot } from './get-auth.ts'
import { messageOf, type NestRequest } from './http-context.ts'

/**
 * The caller that {@link AAuthGuard} accepted: an `Auth`, or an `OtherCaller` if the route has an `alternative`. `type`
 * tells them apart.
 *
 * @param request of Express or Fastify
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller(request: NestRequest): Caller | undefined {
  return slot.readCaller(messageOf(request))
}
