import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { refuseUpgrade, verifyUpgrade } from '@aauth-guard/core/node'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let world: World
let server: Server
beforeAll(async () => {
  world = await makeWorld()
  server = createServer()
  server.on('upgrade', (req, socket) => {
    verifyUpgrade(world.resource, req, { accept: 'agent-token' }).then(
      ({ agent }) => socket.end(`HTTP/1.1 101 Switching Protocols\r\n\r\n${agent}`),
      (error: unknown) => refuseUpgrade(socket, error),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(() => new Promise((closed) => server.close(closed)))

function upgrade(lines: readonly (readonly [string, string])[]): Promise<string> {
  return new Promise((done, fail) => {
    let text = ''
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
      const all = [['Host', 'notes.example'], ['Upgrade', 'websocket'], ['Connection', 'Upgrade'], ...lines]
      socket.write(
        `GET /socket HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      )
    })
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', fail)
    socket.on('close', () => done(text))
  })
}

describe('an upgrade, which bypasses every middleware', () => {
  it('is accepted with a valid signature [A19]', async () => {
    const token = await world.agent.agentToken()
    const { headers } = await world.agent.sign('https://notes.example/socket', {}, { token })
    expect(await upgrade(headers)).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\naauth:planner@agent.example')
  })

  it('is refused without a signature, with the whole challenge, and the connection is closed [A19, CHAL-1]', async () => {
    const [head = '', body = ''] = (await upgrade([])).split('\r\n\r\n')
    const [status, ...lines] = head.split('\r\n')
    expect(status).toBe('HTTP/1.1 401 Refused')
    expect(lines.filter((line) => !line.startsWith('date: '))).toEqual([
      'content-type: application/problem+json',
      'cache-control: no-store',
      'signature-error: error=invalid_signature',
      'accept-signature-scheme: jwt',
      'accept-signature-alg: Ed25519, ES256',
      'aauth-requirement: requirement=agent-token',
      'link: <https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      `content-length: ${body.length}`,
      'connection: close',
    ])
    expect(JSON.parse(body).error).toBe('invalid_signature')
  })

  it('is refused with an invalid signature [A19]', async () => {
    const token = await world.agent.agentToken()
    const { headers } = await world.agent.sign(
      'https://notes.example/socket',
      {},
      { token, mistake: 'stale' },
    )
    expect(await upgrade(headers)).toMatch(/^HTTP\/1\.1 401 /)
  })
})
