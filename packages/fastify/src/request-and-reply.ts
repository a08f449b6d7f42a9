import type { RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerBase } from 'fastify'

/** What guards use of a request, over HTTP/1.1 and HTTP/2. */
export interface HookRequest {
  readonly raw: RawRequestDefaultExpression<RawServerBase>
}

/** What guards use of a reply, over HTTP/1.1 and HTTP/2. */
export interface HookReply {
  readonly raw: RawReplyDefaultExpression<RawServerBase>
  code(status: number): unknown
  headers(fields: Readonly<Record<string, string>>): unknown
  removeHeader(name: string): unknown
  send(payload?: unknown): unknown
}
