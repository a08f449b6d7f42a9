import { assertHeldEndpoint, type HeldEndpoint } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import type { RequestHandler } from 'express'
import { send } from './send.ts'

/**
 * Serves a route whose calls are held, in place of `protect` and of a handler. Mount it before the body parsers, or give
 * them `verify: verifyDigest`. `wellKnown` serves the pending URLs.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls, wellKnown } from '@aauth-guard/express'
 * import express from 'express'
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
 * const app = express()
 * app.use(wellKnown(resource))
 * app.post('/payments', holdCalls(payments))
 * ```
 */
export function holdCalls(held: HeldEndpoint): RequestHandler {
  assertHeldEndpoint(held)
  return (req, res, next) => {
    held
      .answer(signedRequest(req), (limit) => readContent(req, limit, remedy))
      .then((answer) => send(res, answer))
      .catch(next)
  }
}

const remedy = 'mount holdCalls before the body parsers, or give them { verify: verifyDigest }'
