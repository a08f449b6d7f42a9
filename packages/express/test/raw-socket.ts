import { connect } from 'node:net'
import type { SignedMessage } from '@aauth-guard/testing'

/** The octets of a message on an HTTP/1.1 connection, which ends with the `last` one. */
export function wireText({ method, url, target, headers, body }: SignedMessage, last = true): string {
  const host = /^https?:\/\/([^/?#]+)/.exec(url)?.[1] ?? ''
  const lines = [
    ['host', host],
    ...headers,
    ['content-length', String(body?.length ?? 0)],
    ['connection', last ? 'close' : 'keep-alive'],
  ]
  const head = lines.map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${target} HTTP/1.1`, ...head, '', Buffer.from(body ?? []).toString('latin1')].join(
    '\r\n',
  )
}

/** Writes `text` to a socket as it is and resolves with everything that comes back until the server closes. */
export function exchange(origin: string, text: string): Promise<string> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text, 'latin1'))
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(received))
  })
}

/** The status codes of the responses on a connection, in order. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
}
