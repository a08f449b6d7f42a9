import type { IncomingMessage } from 'node:http'
import { assertHeldEndpoint, type HeldEndpoint } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { messageOf, type NestRequest, type NestResponse } from './http-context.ts'
import { keptContentOf } from './kept-content.ts'
import { send } from './send.ts'

/**
 * Makes what the handler of a route calls whose calls are held. Put `@Unprotected()` on the handler: the call decides
 * itself, in place of a guard. `AAuthModule` serves the pending URLs.
 *
 * The guard that compares content is not there, but `maxContent` of `AAuthModule` limits what is kept for it: if you
 * lower it below 64 KiB, calls with more content are refused.
 *
 * @param held what `hold` of `@aauth-guard/core/managed` returned
 * @returns a function of the request and the response, of Express or of Fastify
 * @throws {TypeError} at once for anything else
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { hold, managedAccess } from '@aauth-guard/core/managed'
 * import { holdCalls, type NestRequest, type NestResponse, Unprotected } from '@aauth-guard/nestjs'
 * import { Controller, Post, Req, Res } from '@nestjs/common'
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
 * const answer = holdCalls(payments)
 *
 * @Controller('payments')
 * export class PaymentsController {
 *   @Post()
 *   @Unprotected()
 *   pay(@Req() request: NestRequest, @Res() response: NestResponse) {
 *     return answer(request, response)
 *   }
 * }
 * ```
 */
export function holdCalls(
  held: HeldEndpoint,
): (request: NestRequest, response: NestResponse) => Promise<void> {
  assertHeldEndpoint(held)
  return async (request, response) => {
    const message = messageOf(request)
    send(response, await held.answer(signedRequest(message), (limit) => contentOf(message, limit)))
  }
}

/** The content, which a body parser has read in most applications. */
async function contentOf(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  const kept = await keptContentOf(message)?.read(limit)
  if (kept !== undefined) return kept
  // Without the field no signature covers the content, which is then refused for being there.
  if (message.readableDidRead && message.headers['content-digest'] === undefined) return uncovered
  return readContent(message, limit, remedy)
}

const uncovered = Uint8Array.of(0)
const remedy = 'read it in no middleware that runs before AAuthModule'
