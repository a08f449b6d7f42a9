import type { ServerResponse } from 'node:http'
import { privateFields } from '../wire/private-fields.ts'

/**
 * Keeps shared caches from storing an answer, unless the handler said what they may do.
 * @param fields default those of routes that take AAuth alone
 */
export function keepPrivate(res: ServerResponse, fields: typeof privateFields = privateFields): void {
  for (const [name, value] of fields) if (!res.hasHeader(name)) res.setHeader(name, value)
}

/** What a handler set before it was refused describes content that is not sent. */
export function dropRepresentation(res: ServerResponse): void {
  if (res.headersSent) return
  for (const name of ['content-encoding', 'content-range', 'etag', 'last-modified']) res.removeHeader(name)
}

/** Keeps the headers of whatever is answered from here on and drops its content, also past the framework. */
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
