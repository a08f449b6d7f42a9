/**
 * A WebSocket that greets. Upgrades bypass the middleware of every Node framework, so the server asks the guard
 * itself. `node examples/upgrade/app.ts` serves it.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { AAuthError, createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
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
    res.json({ notes: `of ${getAuth(req, 'auth-token').sub}` })
  })
  // Whatever path they ask for, and also requests to /notes: none of them reaches the app above.
  return createServer(app).on('upgrade', async (req, socket) => {
    socket.on('error', () => undefined) // a client that goes away is no fault
    try {
      const { sub } = await verifyUpgrade(resource, req, reading)
      if (req.url !== '/greetings') throw new AAuthError('access_denied', { hint: 'no WebSocket there' })
      greet(req, socket, `hello ${sub}`)
    } catch (error) {
      refuseUpgrade(socket, error)
    }
  })
}

/** The server's side of a WebSocket handshake, one text, and the end (RFC 6455 §4.2.2, §5.2). */
function greet({ headers }: IncomingMessage, socket: Duplex, text: string): void {
  const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${guid}`).digest('base64')
  const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`]
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  const content = Buffer.from(text)
  socket.write(Buffer.concat([Buffer.of(0x81, content.length), content]))
  socket.end(Buffer.of(0x88, 0))
}

if (process.argv[1] === import.meta.filename) {
  const server = greetingServer(createResource(options))
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    console.log(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/greetings`),
  )
}
