import type { Answer } from '@aauth-guard/core'
import { dropRepresentation } from '@aauth-guard/core/node'
import type { Context } from 'koa'

/** Sends an answer as it is, with the content type that it names and no other. */
export function send({ response }: Pick<Context, 'response'>, { status, headers, body }: Answer): void {
  dropRepresentation(response.res)
  response.status = status
  response.body = body
  response.remove('content-type')
  response.set({ ...headers })
}
