import { assertHeldEndpoint, type HeldEndpoint } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/fetch'
import type { Handler } from 'hono'
import { keptOctets } from './kept-octets.ts'
import { requestOf } from './request-of.ts'
import { respond } from './respond.ts'

/**
 * Serves a route whose calls are held, in place of `protect` and of a handler. `wellKnown` serves the pending URLs.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls, wellKnown } from '@aauth-guard/hono'
 * import { Hono } from 'hono'
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
 * const app = new Hono()
 * app.use(wellKnown(resource))
 * app.post('/payments', holdCalls(payments))
 * ```
 */
export function holdCalls(held: HeldEndpoint): Handler {
  assertHeldEndpoint(held)
  return async (c) => {
    const { req } = c
    const read = async (limit: number): Promise<Uint8Array> => {
      const kept = req.raw.bodyUsed ? await keptOctets(req) : undefined
      return kept ?? readContent(req.raw, limit)
    }
    return respond(c, await held.answer(requestOf(c), read))
  }
}
