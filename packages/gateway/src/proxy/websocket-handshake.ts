import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { framingOf, hasContent } from './framing.ts'

/** What a client sends to open a WebSocket (RFC 6455 §4.1). @returns why it is not that, or its key */
export function readHandshake(
  message: IncomingMessage,
  head: Buffer,
): { readonly key: string } | { readonly fault: string } {
  const { method, httpVersion, rawHeaders } = message
  const framing = framingOf(rawHeaders, httpVersion)
  const [key = '', ...otherKeys] = valuesOf(rawHeaders, 'sec-websocket-key')
  if (method !== 'GET' || httpVersion !== '1.1')
    return { fault: 'a WebSocket is opened with GET of HTTP/1.1' }
  if (valuesOf(rawHeaders, 'upgrade').join(', ').toLowerCase() !== 'websocket')
    return { fault: 'only "websocket" is passed on' }
  if (valuesOf(rawHeaders, 'sec-websocket-version').join(', ') !== '13')
    return { fault: 'only version 13 of WebSocket is passed on' }
  if (otherKeys.length > 0 || Buffer.from(key, 'base64').length !== 16 || key.length !== 24)
    return { fault: '"Sec-WebSocket-Key" is not 16 octets' }
  // One of the two servers would take these octets for another request.
  if (framing === undefined || hasContent(framing)) return { fault: 'the request has content' }
  if (head.length > 0) return { fault: 'the client sent something before the upgrade was accepted' }
  return { key }
}

/** Whether a server accepted the handshake with this key (RFC 6455 §4.2.2). */
export function acceptsHandshake({ rawHeaders }: IncomingMessage, key: string): boolean {
  const expected = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const accepted = valuesOf(rawHeaders, 'sec-websocket-accept')
  const upgrade = valuesOf(rawHeaders, 'upgrade')
  return (
    accepted.length === 1 &&
    accepted[0] === expected &&
    upgrade.length === 1 &&
    upgrade[0]?.toLowerCase() === 'websocket'
  )
}

function valuesOf(headerLines: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let i = 0; i + 1 < headerLines.length; i += 2)
    if ((headerLines[i] as string).toLowerCase() === name) values.push(headerLines[i + 1] as string)
  return values
}
