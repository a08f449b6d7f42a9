import { type IncomingMessage, type RequestListener, request } from 'node:http'

/** A request as a proxy passes it on. */
export interface Passed {
  readonly method: string
  readonly target: string
  readonly lines: readonly (readonly [name: string, value: string])[]
}

/** An answer as a proxy passes it back. */
export interface Returned {
  readonly status: number
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What a proxy changes; nothing by default. */
export interface Changes {
  readonly request?: (passed: Passed) => Passed
  /** @param asked the request as it came to the proxy */
  readonly answer?: (returned: Returned, asked: Passed) => Returned
  /** Answers in place of the API. */
  readonly instead?: (asked: Passed) => Returned | undefined
}

/** A small proxy that passes on target and lines unchanged, except for its configured changes. */
export function proxyTo(origin: string, { request: change, answer, instead }: Changes): RequestListener {
  return (req, res) => {
    const asked: Passed = { method: req.method ?? 'GET', target: req.url ?? '/', lines: linesOf(req) }
    const send = ({ status, lines, body }: Returned): void => {
      res.writeHead(status, lines.flat())
      res.end(req.method === 'HEAD' ? undefined : body)
    }
    const own = instead?.(asked)
    if (own) return send(own)
    const { method, target, lines } = change?.(asked) ?? asked
    const { hostname, port } = new URL(origin)
    const upstream = request({
      hostname,
      port,
      method,
      path: target,
      headers: lines.flat() as unknown as Record<string, string>,
      agent: false,
    })
    upstream.on('error', () => res.destroy())
    upstream.on('response', async (incoming) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      const lines = linesOf(incoming).filter(
        ([name]) => !['connection', 'keep-alive', 'transfer-encoding'].includes(name),
      )
      const returned = { status: incoming.statusCode ?? 502, lines, body }
      send(answer?.(returned, asked) ?? returned)
    })
    upstream.end()
  }
}

function linesOf({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), rawHeaders[index + 1] as string] as const] : [],
  )
}

/** Removes lines. */
export function without<Message extends Pick<Passed, 'lines'>>(
  message: Message,
  ...names: string[]
): Message {
  return { ...message, lines: message.lines.filter(([name]) => !names.includes(name)) }
}

/** Replaces all lines of a name by one. */
export function withLine<Message extends Pick<Passed, 'lines'>>(
  message: Message,
  name: string,
  value: string,
): Message {
  const { lines } = without(message, name)
  return { ...message, lines: [...lines, [name, value]] }
}

/** Replaces the content of a document, and its length. */
export function withBody(returned: Returned, body: string): Returned {
  return { ...withLine(returned, 'content-length', String(Buffer.byteLength(body))), body }
}
