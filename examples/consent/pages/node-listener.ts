import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Pages } from './pages.ts'

/** Serves the pages to a server of Node. Mount it before parsers of content. */
export function nodeListener(pages: Pages): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    serve(pages, req, res).catch((error: unknown) => {
      console.error(error)
      if (!res.headersSent) res.writeHead(500)
      res.end()
    })
  }
}

async function serve(pages: Pages, req: IncomingMessage, res: ServerResponse): Promise<void> {
  await send(res, await pages(requestOf(req), req.socket.remoteAddress))
}

/** Only path and query of the address count, so any host will do. */
function requestOf(req: IncomingMessage): Request {
  const { method = 'GET', rawHeaders } = req
  // Express removes the path at which it mounts.
  const target = (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/'
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string)
  const hasContent = method !== 'GET' && method !== 'HEAD'
  const content = hasContent && { body: Readable.toWeb(req) as ReadableStream, duplex: 'half' }
  return new Request(new URL(target, 'http://localhost'), { method, headers, ...content } as RequestInit)
}

async function send(res: ServerResponse, { status, headers, body }: Response): Promise<void> {
  // Entry by entry, since several cookies are several lines.
  res.writeHead(status, [...headers].flat())
  res.end(body === null ? undefined : Buffer.from(await new Response(body).arrayBuffer()))
}
