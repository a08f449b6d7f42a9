import type { IncomingMessage } from 'node:http'
import type { Caller } from '@aauth-guard/core'
import { slot } from './get-auth.ts'

/**
 * Whoever passed `protect`: an `Auth`, or an `OtherCaller` where the route has an `alternative`. `type` tells which.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 * @throws {AAuthError} `server_error` when the signature covers `content-digest` but nobody compared it with the content
 */
export function getCaller(req: IncomingMessage): Caller | undefined {
  return slot.readCaller(req)
}
