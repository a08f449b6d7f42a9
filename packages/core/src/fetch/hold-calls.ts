import { assertHeldEndpoint, type HeldEndpoint } from '../authorize/held-endpoint.ts'
import { answerRoutes } from '../routes/answer-routes.ts'
import { fetchRequest, readContent } from './fetch-request.ts'
import { respond } from './respond.ts'

/**
 * Serves a route whose calls are held, in place of `fetchGuard` and of a handler. Like `fetchGuard`, it also answers the
 * routes of the resource itself, of which pending URLs are a part.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { holdCalls } from '@aauth-guard/core/fetch'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 *
 * const resource = createResource({
 *   issuer: 'https://bank.example',
 *   trust: { personServers: ['https://ps.example'] },
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
 * export default { fetch: holdCalls(payments) }
 * ```
 */
export function holdCalls(held: HeldEndpoint): (request: Request) => Promise<Response> {
  assertHeldEndpoint(held)
  return async (request) => {
    const signed = fetchRequest(request)
    const read = (limit: number): Promise<Uint8Array> => readContent(request, limit)
    return respond((await answerRoutes(held.resource, signed, read)) ?? (await held.answer(signed, read)))
  }
}
