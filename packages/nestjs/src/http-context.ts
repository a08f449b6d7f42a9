import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ArgumentsHost } from '@nestjs/common'

/** A request as handlers see it: of Express, which is Node's own message, or of Fastify, which has it in `raw`. */
export type NestRequest = IncomingMessage | { readonly raw: unknown }

/** What this package uses of Fastify's reply. */
export interface FastifyReply {
  readonly raw: ServerResponse
  code(status: number): unknown
  headers(fields: Readonly<Record<string, string>>): unknown
  removeHeader(name: string): unknown
  send(payload?: unknown): unknown
}

/** A response as handlers see it. */
export type NestResponse = ServerResponse | FastifyReply

/** Node's message of a request. */
export function messageOf(request: NestRequest): IncomingMessage {
  return ('rawHeaders' in request ? request : request.raw) as IncomingMessage
}

/** Node's response. */
export function rawResponseOf(response: NestResponse): ServerResponse {
  return isReply(response) ? response.raw : response
}

export function isReply(response: NestResponse): response is FastifyReply {
  return !('setHeader' in response)
}

export function requestIn(host: ArgumentsHost): NestRequest {
  return host.switchToHttp().getRequest<NestRequest>()
}

export function responseIn(host: ArgumentsHost): NestResponse {
  return host.switchToHttp().getResponse<NestResponse>()
}
