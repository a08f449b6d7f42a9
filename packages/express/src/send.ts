import type { ServerResponse } from 'node:http'
import type { Answer } from '@aauth-guard/core'
import { dropRepresentation } from '@aauth-guard/core/node'

/**
 * Sends an answer as it is. `res.send` would append a charset to `application/problem+json`, and a client that
 * has gone away is not an error.
 */
export function send(res: ServerResponse, { status, headers, body }: Answer): void {
  if (res.headersSent || res.destroyed) return
  dropRepresentation(res)
  res.statusCode = status
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  // RFC 9110 section 8.6.
  if (status !== 204) res.setHeader('content-length', Buffer.byteLength(body))
  res.end(res.req.method === 'HEAD' ? undefined : body)
}
