/**
 * A WebSocket that greets and stays open. Upgrades bypass the middleware of every Node framework, so the server asks
 * the guard itself; once the token is no longer good, it closes the connection and says why.
 * `node examples/upgrade/app.ts` serves it.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  AAuthError,
  createResource,
  type Lifetime,
  lifetimeOf,
  personKey,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import { refuseUpgrade, verifyUpgrade } from '@aauth-guard/core/node'
import { getAuth, protect, wellKnown } from '@aauth-guard/express'
import express from 'express'

export const options: ResourceOptions = {
  issuer: 'https://notes.example',
  trust: 'any',
  scopes: { 'notes.read': 'Read your notes' },
}

export function greetingServer(resource: Resource): Server {
  const reading = { scope: 'notes.read' } as const
  const app = express()
  app.use(wellKnown(resource))
  app.get('/notes', protect(resource, reading), (req, res) => {
    res.json({ notesOf: personKey(getAuth(req, 'auth-token')) })
  })
  // Whatever path they ask for, and also requests to /notes: none of them reaches the app above.
  return createServer(app).on('upgrade', async (req, socket) => {
    socket.on('error', () => undefined) // a client that goes away is not a fault
    try {
      const auth = await verifyUpgrade(resource, req, reading)
      if (req.url !== '/greetings') throw new AAuthError('access_denied', { hint: 'no WebSocket there' })
      greet(req, socket, `hello, you may use ${auth.scopes.join(' ')}`)
      closeInTime(socket, lifetimeOf(auth))
    } catch (error) {
      refuseUpgrade(socket, error)
    }
  })
}

/** The server's side of a WebSocket handshake, and one text (RFC 6455 §4.2.2, §5.2). */
function greet({ headers }: IncomingMessage, socket: Duplex, text: string): void {
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${guid}`).digest('base64')
  const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  socket.write(frame(0x81, Buffer.from(text)))
}

/** Keeps a connection open until the client closes it, or a request with the same token would be refused. */
function closeInTime(socket: Duplex, lifetime: Lifetime): void {
  const { signal } = lifetime
  const close = (content: Buffer): void => {
    socket.end(frame(0x88, content))
    // A client that keeps its side open does not keep the socket.
    setTimeout(() => socket.destroy(), 1000).unref()
  }
  const refuse = (): void => {
    const { status, code } = signal.reason as AAuthError
    close(closeReason(4000 + status, code))
  }
  socket.on('close', () => lifetime[Symbol.dispose]())
  socket.on('end', () => socket.end())
  socket.on('data', ([first = 0]: Buffer) => {
    if ((first & 0x0f) === 8) close(Buffer.alloc(0)) // the client closes
  })
  if (signal.aborted) refuse()
  else signal.addEventListener('abort', refuse, { once: true })
}

/** Status codes from 4000 on are the application's own (RFC 6455 §7.4.2): 4401 says what HTTP says with 401. */
function closeReason(status: number, text: string): Buffer {
  return Buffer.concat([Buffer.of(status >> 8, status & 0xff), Buffer.from(text)])
}

/** A whole message of at most 125 octets (RFC 6455 §5.2). */
function frame(first: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(first, content.length), content])
}

if (process.argv[1] === import.meta.filename) {
  const server = greetingServer(createResource(options))
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    console.log(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/greetings`),
  )
}
