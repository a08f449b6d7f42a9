import { assertHeldEndpoint, type HeldEndpoint } from '@aauth-guard/core/adapter'
import { readContent } from '@aauth-guard/core/node'
import type { Middleware } from 'koa'
import { requestOf } from './request-of.ts'
import { send } from './send.ts'

/**
 * Serves a route whose calls are held, in place of `protect` and of a handler. Mount it before the body parsers.
 * `wellKnown` serves the pending URLs.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls, wellKnown } from '@aauth-guard/koa'
 * import Router from '@koa/router'
 * import Koa from 'koa'
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
 * const router = new Router()
 * router.post('/payments', holdCalls(payments))
 * new Koa().use(wellKnown(resource)).use(router.routes())
 * ```
 */
export function holdCalls(held: HeldEndpoint): Middleware {
  assertHeldEndpoint(held)
  return async (ctx) => {
    send(ctx, await held.answer(requestOf(ctx), (limit) => readContent(ctx.req, limit, remedy)))
  }
}

const remedy = 'mount holdCalls before the body parsers'
