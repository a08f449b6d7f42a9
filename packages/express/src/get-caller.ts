import type { IncomingMessage } from 'node:http'
import type { Caller } from '@aauth-guard/core'
import { slot } from './get-auth.ts'

/**
 * The caller that `protect` accepted: an `Auth`, or an `OtherCaller` if the route has an `alternative`. `type` tells them apart.
 *
 * @returns `undefined` for a request without a credential, on a route that is `optional`
 * @throws {TypeError} when no guard ran
 * @throws {AAuthError} `server_error` if the signature covers `content-digest` but the content was not compared with it
 */
export function getCaller(req: IncomingMessage): Caller | undefined {
  return slot.readCaller(req)
}
