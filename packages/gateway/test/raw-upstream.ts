import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** A connection to a {@link RawUpstream}: every octet that came on it, in latin1. */
export interface UpstreamConnection {
  readonly socket: Socket
  received: string
  isClosed: boolean
}

/** Answers what has come on a connection so far. */
export type Respond = (connection: UpstreamConnection) => void

/** A server that records the octets it gets, and answers with the octets that a test says. */
export class RawUpstream {
  readonly #server: Server
  readonly connections: UpstreamConnection[] = []
  respond: Respond = respondToEach(ok('hello'))
  #changed: (() => void)[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<RawUpstream> {
    const server = createServer({ allowHalfOpen: false })
    const upstream = new RawUpstream(server)
    server.on('connection', (socket) => upstream.#accept(socket))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return upstream
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Everything that came, of all connections in order. */
  get received(): string {
    return this.connections.map(({ received }) => received).join('')
  }

  /** Resolves once something holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve))
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy()
    if (!this.#server.listening) return
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    const connection: UpstreamConnection = { socket, received: '', isClosed: false }
    this.connections.push(connection)
    const change = (): void => {
      const waiting = this.#changed
      this.#changed = []
      for (const resolve of waiting) resolve()
    }
    change()
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      connection.received += text
      this.respond(connection)
      change()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      connection.isClosed = true
      change()
    })
  }
}

/** An answer with a length. */
export function ok(body: string, ...lines: readonly string[]): string {
  return ['HTTP/1.1 200 OK', `Content-Length: ${body.length}`, ...lines, '', body].join('\r\n')
}

/** Answers each request once all of it has come. */
export function respondToEach(answer: string): Respond {
  const answered = new WeakMap<UpstreamConnection, number>()
  return (connection) => {
    const complete = requestsIn(connection.received).length
    for (let count = answered.get(connection) ?? 0; count < complete; count++)
      connection.socket.write(answer, 'latin1')
    answered.set(connection, complete)
  }
}

/** The requests among the octets of a connection that are complete. */
export function requestsIn(received: string): string[] {
  const requests: string[] = []
  for (let at = 0; ; ) {
    const head = received.indexOf('\r\n\r\n', at)
    if (head === -1) return requests
    const lines = received.slice(at, head).replaceAll('\r', '')
    const [, length = '0'] = /^content-length: (\d+)$/im.exec(lines) ?? []
    const isChunked = /^transfer-encoding: chunked$/im.test(lines)
    const last = isChunked ? received.indexOf('0\r\n\r\n', head + 2) : -1
    const end = isChunked ? last + 5 : head + 4 + Number(length)
    if ((isChunked && last === -1) || end > received.length) return requests
    requests.push(received.slice(at, end))
    at = end
  }
}

/** The octets of content that came of the first request so far. */
export function contentIn(received: string): string {
  const head = received.indexOf('\r\n\r\n')
  const rest = received.slice(head + 4)
  if (!/^transfer-encoding: chunked$/im.test(received.slice(0, head).replaceAll('\r', ''))) return rest
  let content = ''
  for (let at = 0; ; ) {
    const end = rest.indexOf('\r\n', at)
    const size = Number.parseInt(rest.slice(at, end), 16)
    if (end === -1 || size === 0) return content
    content += rest.slice(end + 2, end + 2 + size)
    at = end + 2 + size + 2
  }
}
