import type { SignedMessage } from '@aauth-guard/testing'

/** What a sender makes of a message on its way into the socket. Everything has the plain default. */
export interface Wire {
  readonly method?: string
  /** The request target, byte for byte. */
  readonly target?: string
  readonly version?: '1.1' | '1.0'
  /** The `Host` lines; default one with the authority that was signed. */
  readonly host?: readonly string[]
  /** Lines before those that were signed. */
  readonly before?: readonly string[]
  /** Lines behind those that were signed. */
  readonly after?: readonly string[]
  /** Changes the lines that were signed. */
  readonly lines?: (lines: readonly string[]) => readonly string[]
  /** Content of other octets than were signed, as latin1. */
  readonly body?: string
  /** Octets behind everything else. */
  readonly trailing?: string
  /** How the content is framed; default by its length where there is content or the method expects some. */
  readonly framing?: 'length' | 'chunks' | 'none'
  /** Whether this is the last request on its connection; default it is. */
  readonly last?: boolean
}

/** The octets of a message on an HTTP/1.1 connection, as latin1. */
export function octetsOf(message: SignedMessage, wire: Wire = {}): string {
  const { method = message.method, target = message.target, version = '1.1', last = true } = wire
  const authority = /^https?:\/\/([^/?#]+)/.exec(message.url)?.[1] ?? ''
  const { host = [`Host: ${authority}`], before = [], after = [], lines = (all) => all, trailing = '' } = wire
  const body = wire.body ?? Buffer.from(message.body ?? []).toString('latin1')
  const expected = body !== '' || method === 'POST'
  const framing = wire.framing ?? (expected ? 'length' : 'none')
  const all = [
    `${method} ${target} HTTP/${version}`,
    ...host,
    ...before,
    ...lines(message.headers.map(([name, value]) => `${name}: ${value}`)),
    ...after,
    ...(framing === 'length' ? [`Content-Length: ${body.length}`] : []),
    ...(framing === 'chunks' ? ['Transfer-Encoding: chunked'] : []),
    `Connection: ${last ? 'close' : 'keep-alive'}`,
    '',
  ]
  const content = framing === 'chunks' ? chunked(body) : framing === 'none' ? '' : body
  return `${all.join('\r\n')}\r\n${content}${trailing}`
}

/** In chunks of eight octets. */
function chunked(body: string): string {
  const chunks = body.match(/[\s\S]{1,8}/g) ?? []
  return `${chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('')}0\r\n\r\n`
}
