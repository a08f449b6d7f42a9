import { answer, isAAuthError } from '@aauth-guard/core'
import type { HookReply, HookRequest } from './request-and-reply.ts'
import { send } from './send.ts'

/**
 * An error handler that answers refusals: what handlers refuse with `stepUp`, and what `passErrors` hands on. It throws
 * everything else, for the error handler further out. Routes that `aauth` guards need none.
 *
 * @example
 * ```ts
 * import { answerRefusals } from '@aauth-guard/fastify'
 * import fastify from 'fastify'
 *
 * fastify().setErrorHandler(answerRefusals)
 * ```
 */
export function answerRefusals(error: unknown, _request: HookRequest, reply: HookReply): void {
  if (!isAAuthError(error)) throw error
  answer(error)
    .then((answered) => send(reply, answered))
    .catch((fault: unknown) => reply.send(fault))
}
