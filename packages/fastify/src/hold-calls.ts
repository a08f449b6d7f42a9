import type { IncomingMessage } from 'node:http'
import { assertHeldEndpoint, type HeldEndpoint } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { type GuardHook, hookOf } from './hook.ts'

/** Options of a route whose calls are held, over HTTP/1.1 and HTTP/2. */
export interface HeldRouteOptions {
  /** Answers every request. */
  readonly onRequest: GuardHook
  readonly handler: () => never
  readonly config: { readonly aauth: false }
}

/**
 * Options of a route whose calls are held, which answer every request: its hook runs before Fastify parses content, in
 * place of a guard. Requirements of `aauth` do not apply to the route. `wellKnown` serves the pending URLs.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls, wellKnown } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
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
 * const app = fastify()
 * app.addHook('onRequest', wellKnown(resource))
 * app.post('/payments', holdCalls(payments))
 * ```
 */
export function holdCalls(held: HeldEndpoint): HeldRouteOptions {
  assertHeldEndpoint(held)
  const onRequest = hookOf(async ({ raw }) => {
    const message = raw as IncomingMessage
    return held.answer(signedRequest(message), (limit) => readContent(message, limit, remedy))
  })
  return { onRequest, handler: neverReached, config: { aauth: false } }
}

const remedy = 'leave the content to the route, and read it in no hook'

/** The hook has answered. */
function neverReached(): never {
  throw new Error('a hook was removed from a route whose calls are held')
}
