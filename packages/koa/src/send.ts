import type { Answer } from '@aauth-guard/core'
import type { Context } from 'koa'

/** Sends an answer as it is, with the content type that it names and no other. */
export function send({ response }: Pick<Context, 'response'>, { status, headers, body }: Answer): void {
  // What a handler set before it was refused describes content that is not sent.
  for (const name of ['content-encoding', 'content-range', 'etag', 'last-modified']) response.remove(name)
  response.status = status
  response.body = body
  response.remove('content-type')
  response.set({ ...headers })
}
