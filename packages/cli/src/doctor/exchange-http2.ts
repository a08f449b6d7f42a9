import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Answer, HeaderLine } from './answer.ts'
import { mostContent } from './limits.ts'
import type { Network } from './network.ts'
import type { Probe } from './probe.ts'
import { readCapped } from './read-capped.ts'
import type { Target } from './target.ts'

/** Sends one request over HTTP/2; `undefined` where the server chooses another protocol. */
export async function exchangeHttp2(
  target: Target,
  network: Network,
  probe: Probe,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const socket = await connect(target, network, signal)
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy()
    return undefined
  }
  const session = connectHttp2(target.origin, {
    createConnection: () => socket,
    settings: { enablePush: false },
  })
  try {
    return await exchange(session, target, probe, network.now, signal)
  } finally {
    session.destroy()
  }
}

function connect(
  { origin, hostname, isLoopback }: Target,
  network: Network,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { lookup, port, ca } = network
  const url = new URL(origin)
  const host = hostname.replace('[', '').replace(']', '')
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      host,
      port: port ?? (url.port === '' ? 443 : Number(url.port)),
      servername: host,
      ALPNProtocols: ['h2', 'http/1.1'],
      lookup: lookup(isLoopback),
      rejectUnauthorized: true,
      ...(ca && { ca: [...ca] }),
    })
    signal.addEventListener('abort', () => socket.destroy(new Error('given up')), { once: true })
    socket.on('error', reject)
    socket.on('secureConnect', () => resolve(socket))
  })
}

function exchange(
  session: ClientHttp2Session,
  { authority, requestTarget }: Target,
  { method = 'GET', target = requestTarget, lines = [] }: Probe,
  now: () => number,
  signal: AbortSignal,
): Promise<Answer> {
  const sentAt = now()
  return new Promise((resolve, reject) => {
    session.on('error', reject)
    const stream = session.request(
      {
        ':method': method,
        ':scheme': 'https',
        ':authority': authority,
        ':path': target,
        'user-agent': 'aauth-doctor',
        accept: 'application/json, */*',
        ...fieldsOf(lines),
      },
      { endStream: true, signal },
    )
    stream.on('error', reject)
    const closed = (): void => reject(new Error('the stream was closed without an answer'))
    stream.on('close', closed)
    stream.on('response', (fields) => {
      // What was read of the content may still be on its way.
      stream.off('close', closed)
      const receivedAt = now()
      readCapped(stream, mostContent).then(
        (content) =>
          resolve({
            status: Number(fields[':status']),
            lines: linesOf(fields),
            ...content,
            sentAt,
            receivedAt,
          }),
        reject,
      )
    })
  })
}

function fieldsOf(lines: readonly HeaderLine[]): Record<string, string[]> {
  const fields: Record<string, string[]> = Object.create(null)
  for (const [name, value] of lines) fields[name] = [...(fields[name] ?? []), value]
  return fields
}

function linesOf(fields: IncomingHttpHeaders): HeaderLine[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    name.startsWith(':') || value === undefined
      ? []
      : (Array.isArray(value) ? value : [value]).map((line): HeaderLine => [name, String(line)]),
  )
}
