import type { ServerResponse } from 'node:http'
import type { Answer } from '@aauth-guard/core'
import { dropRepresentation } from '@aauth-guard/core/node'
import { type FastifyReply, isReply, type NestResponse, rawResponseOf } from './http-context.ts'

/**
 * Sends an answer as it is, past what frameworks would add to it: Express and Fastify append a charset to
 * `application/problem+json`.
 */
export function send(response: NestResponse, answer: Answer): void {
  const raw = rawResponseOf(response)
  if (raw.destroyed) return
  // What has begun cannot become an answer. It must not end as if it were complete.
  if (raw.headersSent) raw.destroy()
  else if (isReply(response)) sendReply(response, answer)
  else sendRaw(response, answer)
}

function sendRaw(response: ServerResponse, { status, headers, body }: Answer): void {
  dropRepresentation(response)
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  // RFC 9110 section 8.6.
  if (status !== 204) response.setHeader('content-length', Buffer.byteLength(body))
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** Through Fastify, so that its hooks run and the fields that other hooks set are sent. */
function sendReply(reply: FastifyReply, { status, headers, body }: Answer): void {
  // A reply has what this calls, and takes fields from the response as well.
  dropRepresentation(reply as unknown as ServerResponse)
  reply.code(status)
  reply.headers(headers)
  reply.send(body === '' ? undefined : Buffer.from(body))
}
