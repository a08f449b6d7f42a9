import type { ServerResponse } from 'node:http'
import type { Answer } from '@aauth-guard/core'

/**
 * Sends an answer as it is. `res.send` would append a charset to `application/problem+json`, and a client that
 * has gone away is no error.
 */
export function send(res: ServerResponse, { status, headers, body }: Answer): void {
  if (res.headersSent || res.destroyed) return
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.setHeader('content-length', Buffer.byteLength(body))
  res.end(res.req.method === 'HEAD' ? undefined : body)
}

/** Keeps the headers of whatever is answered from here on and drops its content. */
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
