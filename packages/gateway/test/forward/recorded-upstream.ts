import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A request as an upstream received it. */
export interface RecordedRequest {
  readonly method: string
  readonly target: string
  /** Names as they came, and values. */
  readonly lines: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** A server that records the octets of every request, and answers each as it is told. */
export interface RecordedUpstream {
  readonly port: number
  readonly requests: RecordedRequest[]
  /** Header lines of its answers. */
  answers: string[]
  status: string
  close(): Promise<void>
}

export async function recordUpstream(): Promise<RecordedUpstream> {
  const requests: RecordedRequest[] = []
  const sockets = new Set<Socket>()
  const upstream = { port: 0, requests, answers: [] as string[], status: '200 OK', close: async () => {} }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    let received = ''
    socket.setEncoding('latin1').on('error', () => undefined)
    socket.on('data', (text: string) => {
      received += text
      const request = readRequest(received)
      if (request === undefined) return
      requests.push(request)
      const body = request.method === 'HEAD' ? '' : 'from the upstream'
      const lines = [
        `HTTP/1.1 ${upstream.status}`,
        ...upstream.answers,
        'Content-Length: 17',
        'Connection: close',
        '',
      ]
      socket.end(`${lines.join('\r\n')}\r\n${body}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  upstream.port = (server.address() as AddressInfo).port
  upstream.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return upstream
}

function readRequest(received: string): RecordedRequest | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...fields] = received.slice(0, end).split('\r\n')
  const [method = '', target = ''] = first.split(' ')
  const lines = fields.map((field) => {
    const colon = field.indexOf(':')
    return [field.slice(0, colon), field.slice(colon + 1).trim()] as const
  })
  const named = (name: string) => lines.find(([one]) => one.toLowerCase() === name)?.[1]
  const rest = received.slice(end + 4)
  if (named('transfer-encoding') !== undefined) {
    if (!rest.endsWith('0\r\n\r\n')) return undefined
    return { method, target, lines, body: rest.replace(/[0-9a-f]+\r\n([\s\S]*?)\r\n/g, '$1').trimEnd() }
  }
  const length = Number(named('content-length') ?? 0)
  return rest.length < length ? undefined : { method, target, lines, body: rest }
}
