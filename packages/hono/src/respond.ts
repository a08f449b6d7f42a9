import type { Answer } from '@aauth-guard/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Converts an answer to a response, with the fields that outer middleware has set. */
export function respond(c: Context, { status, headers, body }: Answer): Response {
  const code = status as ContentfulStatusCode
  // An empty text would be given the type of one.
  return body === '' ? c.body(null, code, { ...headers, 'content-length': '0' }) : c.body(body, code, headers)
}
