import { answer, isAAuthError } from '@aauth-guard/core'
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { throwError } from 'rxjs'
import { rawResponseOf, responseIn } from './http-context.ts'
import { send } from './send.ts'

/** Stands for refusals of every copy of core, so that `instanceof` finds them all. */
const Refusal = {
  [Symbol.hasInstance]: isAAuthError,
} as unknown as abstract new () => Error

/**
 * An exception filter that answers refusals: what handlers refuse with `stepUp`, and what `passErrors` passes on. It
 * leaves all other exceptions to other filters. `AAuthModule` puts it in front of the filters of every route without
 * `passErrors`, so an application needs it only in middleware and with `passErrors`.
 *
 * @example
 * ```ts
 * import { AAuthFilter, Protect } from '@aauth-guard/nestjs'
 * import { Controller, Get, UseFilters } from '@nestjs/common'
 *
 * @Controller('notes')
 * export class NotesController {
 *   @Get()
 *   @UseFilters(AAuthFilter)
 *   @Protect({ scope: 'notes.read' }, { passErrors: true })
 *   list() {
 *     return []
 *   }
 * }
 * ```
 */
export class AAuthFilter implements ExceptionFilter {
  /** For Nest. */
  catch(error: unknown, host: ArgumentsHost): unknown {
    const type = host.getType<string>()
    // What these contexts send for a filter that does not know better. Nest does not handle what a filter throws there.
    if (type === 'rpc') return throwError(() => error)
    if (type !== 'http') return error
    return answerIn(host, error)
  }
}
Catch(Refusal as never)(AAuthFilter)

async function answerIn(host: ArgumentsHost, error: unknown): Promise<void> {
  const response = responseIn(host)
  try {
    send(response, await answer(error))
  } catch {
    // Nest does not handle what filters reject with, and an unhandled rejection would end the process (Q08).
    rawResponseOf(response).destroy()
  }
}
