import type { Answer } from '@aauth-guard/core'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Converts an answer to a response, with the fields that outer middleware has set. */
export function respond(c: Context, { status, headers, body }: Answer): Response {
  const code = status as ContentfulStatusCode
  if (body !== '') return c.body(body, code, headers)
  // An empty text would be given the type of one, and a 204 has no length (RFC 9110 section 8.6).
  return c.body(null, code, status === 204 ? headers : { ...headers, 'content-length': '0' })
}
