import type { IncomingMessage } from 'node:http'
import type { Caller } from '@aauth-guard/core'
import { slot } from './get-auth.ts'
import type { HookRequest } from './request-and-reply.ts'

/**
 * The caller that a guard accepted: an `Auth`, or an `OtherCaller` if the route has an `alternative`. `type` tells them apart.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 */
export function getCaller({ raw }: HookRequest): Caller | undefined {
  return slot.readCaller(raw as IncomingMessage)
}
