import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestOverTls } from 'node:https'
import type { LookupFunction } from 'node:net'

/** A request as it goes over the wire. */
export interface Wire {
  readonly method: string
  readonly url: URL
  /** Origin form. */
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Uint8Array | undefined
}

/** An answer, of which no more was read than allowed. */
export interface Received {
  readonly url: URL
  readonly status: number
  /** Every line in order; names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
  /** Whether there was more of the body. */
  readonly isCut: boolean
}

/** Interim answers (1xx) of one request. */
const maxInterim = 8
const withoutContent = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/**
 * Sends a request octet for octet as it was signed, over a connection of its own. Redirects are answers like any other,
 * and no proxy of the environment is asked.
 *
 * @param maxContent octets of the body that are read
 */
export function send(wire: Wire, maxContent: number, signal: AbortSignal): Promise<Received> {
  const { method, url, target, headers, body } = wire
  const length = body !== undefined || !withoutContent.has(method) ? [contentLength(body)] : []
  const isPlain = url.protocol === 'http:'
  return new Promise((resolve, reject) => {
    const sent = (isPlain ? requestPlain : requestOverTls)({
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isPlain ? 80 : 443) : url.port,
      method,
      path: target,
      headers: [['host', url.host], ...headers, ...length].flat() as unknown as Record<string, string>,
      agent: false,
      signal,
      // Explicit, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
      ...(isPlain ? { lookup: loopback } : { rejectUnauthorized: true }),
    })
    let interim = 0
    sent.on('information', () => {
      if (++interim > maxInterim) sent.destroy(new Error('too many interim answers'))
    })
    sent.on('error', reject)
    sent.on('response', (incoming) => read(url, incoming, maxContent).then(resolve, reject))
    sent.end(body)
  })
}

async function read(url: URL, incoming: IncomingMessage, maxContent: number): Promise<Received> {
  const { statusCode: status = 0, rawHeaders } = incoming
  const headers: [string, string][] = []
  for (let i = 0; i < rawHeaders.length; i += 2)
    headers.push([(rawHeaders[i] as string).toLowerCase(), rawHeaders[i + 1] as string])
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxContent - size))
    size += chunk.length
    if (size > maxContent) break
  }
  return { url, status, headers, body: Buffer.concat(chunks), isCut: size > maxContent }
}

/** All lines of a field, joined; `undefined` where there is none. */
export function fieldOf({ headers }: Pick<Received, 'headers'>, name: string): string | undefined {
  const lines = headers.filter(([field]) => field === name).map(([, value]) => value)
  return lines.length === 0 ? undefined : lines.join(', ')
}

function contentLength(body: Uint8Array | undefined): [string, string] {
  return ['content-length', String(body?.length ?? 0)]
}

/** Plain http goes to this machine, whatever a hosts file or a name server says of its name. */
const loopback: LookupFunction = (_, { all }, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ]
  if (all) callback(null, addresses)
  else callback(null, '127.0.0.1', 4)
}
