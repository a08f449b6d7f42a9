import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

const maxContent = 1_048_576

/** Serves a function from `Request` to `Response`. */
export function webHandler(
  origin: string,
  handle: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
): RequestListener {
  return (req, res) => {
    const gone = new AbortController()
    res.on('close', () => gone.abort())
    read(origin, req)
      .then((request) => (request === undefined ? tooLarge() : handle(request, gone.signal)))
      .then((response) => send(res, response))
      .catch(() => res.destroy())
  }
}

async function read(origin: string, req: IncomingMessage): Promise<Request | undefined> {
  const { method = 'GET', rawHeaders } = req
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string)
  if (method === 'GET' || method === 'HEAD') return new Request(`${origin}${req.url}`, { method, headers })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxContent) return undefined
    chunks.push(chunk)
  }
  return new Request(`${origin}${req.url}`, { method, headers, body: Buffer.concat(chunks) })
}

async function send(res: ServerResponse, { status, headers, body }: Response): Promise<void> {
  // Entry by entry, since several cookies are several lines.
  res.writeHead(status, [...headers].flat())
  if (body === null) res.end()
  else await pipeline(Readable.fromWeb(body as never), res)
}

function tooLarge(): Response {
  return new Response('The content is too large.\n', { status: 413, headers: { connection: 'close' } })
}
