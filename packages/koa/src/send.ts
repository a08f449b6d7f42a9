import type { ServerResponse } from 'node:http'
import type { Answer } from '@aauth-guard/core'
import type { Context } from 'koa'

/** Sends an answer as it is, with the content type that it names and no other. */
export function send({ response }: Pick<Context, 'response'>, { status, headers, body }: Answer): void {
  response.status = status
  response.body = body
  response.remove('content-type')
  response.set({ ...headers })
}

/** Keeps the headers of whatever is answered from here on and drops its content, also past Koa. */
export function sendNoContent(res: ServerResponse): void {
  const end = res.end.bind(res) as () => ServerResponse
  res.write = () => true
  res.end = () => {
    if (!res.headersSent) {
      res.removeHeader('content-length')
      res.removeHeader('content-type')
    }
    return end()
  }
}
