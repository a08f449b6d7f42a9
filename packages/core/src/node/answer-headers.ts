import type { ServerResponse } from 'node:http'

/** AAuth requests carry no Authorization, so shared caches would store what they may not (M14). */
export function keepPrivate(res: ServerResponse): void {
  if (!res.hasHeader('cache-control')) res.setHeader('cache-control', 'private')
  if (!res.hasHeader('vary')) res.setHeader('vary', 'Signature-Key, Signature')
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
