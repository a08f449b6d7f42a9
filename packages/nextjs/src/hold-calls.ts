import { assertHeldEndpoint, type HeldEndpoint, strippedPrefixOf } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/fetch'
import type { NextRequest } from 'next/server.js'
import { checkBasePath } from './base-path.ts'
import { assertNodeRuntime, receiveMessages } from './received-message.ts'
import { respond } from './respond.ts'
import { routeRequest } from './route-request.ts'

/**
 * Makes a route handler whose calls are held, in place of `protect`. `wellKnown` serves the pending URLs. Call `hold` in the
 * module that makes the resource: Next.js loads each route when it is first requested, and a poll is denied while the held
 * route is not loaded.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else, and in the Edge Runtime
 * @example
 * ```ts
 * // app/payments/route.ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls } from '@aauth-guard/nextjs'
 *
 * const resource = createResource({
 *   issuer: 'https://bank.example',
 *   trust: 'any',
 *   scopes: { 'payments.make': 'Make payments' },
 *   managed: managedAccess(),
 * })
 * const payments = hold(
 *   resource,
 *   { name: 'payments.make', scope: 'payments.make' },
 *   ({ auth }) => ({ status: 201, body: `paid by ${auth.sub}` }),
 *   { durability: 'lossy' },
 * )
 *
 * export const POST = holdCalls(payments)
 * ```
 */
export function holdCalls(held: HeldEndpoint): (request: NextRequest) => Promise<Response> {
  assertHeldEndpoint(held)
  assertNodeRuntime()
  receiveMessages()
  const strippedPrefix = strippedPrefixOf(held.resource)
  checkBasePath(strippedPrefix)
  return async (request) => {
    const signed = routeRequest(request, strippedPrefix)
    return respond(await held.answer(signed, (limit) => readContent(request, limit)))
  }
}
