import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { responseOf } from './dial.ts'

/** Issuers behind real sockets. */
export interface ServedIssuers {
  /** Identifier of an issuer → `http://127.0.0.1:PORT`. */
  readonly origins: Readonly<Record<string, string>>
  /**
   * Dials the issuers by their identifiers: hand it to `createResource`. Whatever else it is asked for is not
   * reachable, and a redirect is an answer like any other.
   */
  readonly fetch: typeof fetch
}

/** Serves what `documents` answers in the name of `id`. */
export function publishing(id: string, documents: typeof fetch): RequestListener {
  return (req, res) => {
    const gone = new AbortController()
    res.on('close', () => gone.abort())
    received(id, req)
      .then((request) => documents(request, { signal: gone.signal }))
      .then(
        (response) => send(res, response),
        // Nobody is there: the connection ends without an answer.
        () => res.destroy(),
      )
  }
}

/** The request as it came, in the name of `id`. */
async function received(id: string, req: IncomingMessage): Promise<Request> {
  const { method = 'GET', rawHeaders } = req
  const headers = new Headers()
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers.append(rawHeaders[i] as string, rawHeaders[i + 1] as string)
  if (method === 'GET' || method === 'HEAD') return new Request(`${id}${req.url}`, { method, headers })
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return new Request(`${id}${req.url}`, { method, headers, body: Buffer.concat(chunks) })
}

async function send(res: ServerResponse, { status, headers, body }: Response): Promise<void> {
  const { Readable } = await import('node:stream')
  const { pipeline } = await import('node:stream/promises')
  res.writeHead(status, [...headers].flat())
  if (body === null) res.end()
  // A client that has seen enough hangs up, which is not a fault.
  else await pipeline(Readable.fromWeb(body as never), res).catch(() => undefined)
}

/** A `fetch` that dials `origins`; the request keeps its path and query and names the issuer in `Host`. */
export function dialing(origins: Readonly<Record<string, string>>): typeof fetch {
  return async (input, init) => {
    const asked = new Request(input, init)
    const { url, method, headers, signal } = asked
    const content = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer())
    const { origin: id, host, pathname, search } = new URL(url)
    const origin = origins[id]
    if (origin === undefined) throw new TypeError('fetch failed')
    const { request } = await import('node:http')
    const { Readable } = await import('node:stream')
    return new Promise((resolve, reject) => {
      const sent = request(new URL(`${pathname}${search}`, origin), {
        method,
        headers: { ...Object.fromEntries(headers), host },
        agent: false,
        signal,
      })
      sent.on('error', reject)
      sent.on('response', (incoming) =>
        resolve(responseOf(url, incoming, Readable.toWeb(incoming) as ReadableStream)),
      )
      sent.end(content)
    })
  }
}
