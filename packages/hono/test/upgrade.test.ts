import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { protect } from '@aauth-guard/hono'
import type { SignOptions } from '@aauth-guard/testing'
import { createAdaptorServer, upgradeWebSocket } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exchange } from '../../contract/exchange.ts'
import { octetsOf } from '../../contract/wire.ts'

/** What @hono/node-server uses of the `ws` package, as far as the handshake. */
class Handshakes extends EventEmitter {
  readonly options = { noServer: true }
  handleUpgrade(_req: IncomingMessage, socket: Duplex): void {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  }
  close(): void {}
}

async function serve(signed = '/socket', how: Partial<SignOptions> = {}) {
  const world = await makeWorld()
  const app = new Hono()
  app.get(
    '/socket',
    protect(world.resource),
    upgradeWebSocket(() => ({})),
  )
  const websocket = { server: new Handshakes() as never }
  const server = createAdaptorServer({ fetch: app.fetch, websocket })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const token = await world.agent.authToken()
  const message = await world.agent.sign(`https://notes.example${signed}`, {}, { token, ...how })
  return { origin, message }
}

const after = ['Upgrade: websocket', 'Connection: Upgrade']

describe('a WebSocket of @hono/node-server', () => {
  it('is opened for a signed upgrade', async () => {
    const { origin, message } = await serve()
    const [response] = await exchange(origin, [octetsOf(message, { after })])
    expect(response?.status).toBe(101)
  })

  it('is opened even when AAuth-Mission is removed from the upgrade [MISS-13]', async () => {
    const { origin, message } = await serve('/socket', { mission })
    const [response] = await exchange(origin, [octetsOf(message, { after })])
    expect(response?.status).toBe(101)
  })

  it('is refused for an unsigned upgrade, with the whole challenge [A19, CHAL-1]', async () => {
    const { origin, message } = await serve()
    const [response] = await exchange(origin, [octetsOf(message, { after, lines: () => [] })])
    expect(response).toEqual({
      status: 401,
      lines: [
        'aauth-requirement: requirement=agent-token',
        'accept-signature-alg: Ed25519, ES256',
        'accept-signature-scheme: jwt',
        'cache-control: no-store',
        'content-length: 0',
        'content-type: application/problem+json',
        'link: <https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
        'signature-error: error=invalid_signature',
      ],
      body: '',
    })
  })

  it('is refused for another path than was signed [A19, SIG-15]', async () => {
    const { origin, message } = await serve('/notes')
    const [response] = await exchange(origin, [octetsOf(message, { after, target: '/socket' })])
    expect(response?.status).toBe(401)
  })
})
