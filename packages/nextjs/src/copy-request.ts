import type { NextRequest } from 'next/server.js'
import { recognizeCopy } from './route-request.ts'

type Content = NonNullable<RequestInit['body']> | null

/**
 * A copy with other headers or other content, which guards recognize. Next.js passes a proxy of a request, which the
 * constructor of `Request` does not accept as its first argument.
 */
export function copyRequest(
  request: NextRequest,
  { headers = request.headers, body }: { readonly headers?: Headers; readonly body: Content },
): NextRequest {
  const { url, method, signal } = request
  // The class is not imported: what `next/server` resolves to depends on the bundler.
  const { constructor: Copied } = request as unknown as {
    constructor: new (url: string, init: RequestInit & { duplex: 'half' }) => NextRequest
  }
  const copy = new Copied(url, { method, headers, body, signal, duplex: 'half' })
  recognizeCopy(request, copy)
  return copy
}
