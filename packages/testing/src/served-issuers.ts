import type { RequestListener, ServerResponse } from 'node:http'
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
    documents(`${id}${req.url}`, { signal: gone.signal }).then(
      (response) => send(res, response),
      // Nobody is there: the connection ends without an answer.
      () => res.destroy(),
    )
  }
}

async function send(res: ServerResponse, { status, headers, body }: Response): Promise<void> {
  const { Readable } = await import('node:stream')
  const { pipeline } = await import('node:stream/promises')
  res.writeHead(status, [...headers].flat())
  if (body === null) res.end()
  // A client that has seen enough hangs up; that is no fault.
  else await pipeline(Readable.fromWeb(body as never), res).catch(() => undefined)
}

/** A `fetch` that dials `origins`; the request keeps its path and query and names the issuer in `Host`. */
export function dialing(origins: Readonly<Record<string, string>>): typeof fetch {
  return async (input, init) => {
    const { url, headers, signal } = new Request(input, init)
    const { origin: id, host, pathname, search } = new URL(url)
    const origin = origins[id]
    if (origin === undefined) throw new TypeError('fetch failed')
    const { request } = await import('node:http')
    const { Readable } = await import('node:stream')
    return new Promise((resolve, reject) => {
      const sent = request(new URL(`${pathname}${search}`, origin), {
        headers: { ...Object.fromEntries(headers), host },
        agent: false,
        signal,
      })
      sent.on('error', reject)
      sent.on('response', (incoming) =>
        resolve(responseOf(incoming, Readable.toWeb(incoming) as ReadableStream)),
      )
      sent.end()
    })
  }
}
