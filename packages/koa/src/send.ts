import type { Answer } from '@aauth-guard/core'
import type { Context } from 'koa'

/** Sends an answer as it is. The content type comes first, or Koa would choose one. */
export function send({ response }: Pick<Context, 'response'>, { status, headers, body }: Answer): void {
  response.status = status
  response.set({ ...headers })
  response.body = body
}
