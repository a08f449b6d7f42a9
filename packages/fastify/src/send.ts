import type { ServerResponse } from 'node:http'
import type { Answer } from '@aauth-guard/core'
import { dropRepresentation } from '@aauth-guard/core/node'
import type { HookReply } from './request-and-reply.ts'

/** Sends an answer as it is. To a text, Fastify would append a charset for `application/problem+json`. */
export function send(reply: HookReply, { status, headers, body }: Answer): void {
  // A reply has what this calls, and takes fields from the response as well.
  dropRepresentation(reply as unknown as ServerResponse)
  reply.code(status)
  reply.headers(headers)
  reply.send(body === '' ? undefined : Buffer.from(body))
}
