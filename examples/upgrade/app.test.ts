import { type AddressInfo, connect, type Socket } from 'node:net'
import { createResource, type Resource } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type Generation } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { greetingServer, options } from './app.ts'

const greeting = 'hello, you may use notes.read'
const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

type Lines = readonly (readonly [name: string, value: string])[]

/** The example of RFC 6455 §1.3. */
const handshake: Lines = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['Sec-WebSocket-Version', '13'],
]

async function serve() {
  const net = await createTestNetwork({ resource: options.issuer })
  const { fetch, clock } = net
  const resource = createResource({ ...options, fetch, now: clock.now })
  const server = greetingServer(resource)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  onTestFinished(async () => {
    const closed = new Promise<void>((done) => server.close(() => done()))
    // A WebSocket that a failed test left open would keep the server open.
    for (const socket of sockets) socket.destroy()
    await closed
  })
  /**
   * Asks for a WebSocket and resolves with everything that came until the connection was closed.
   * @param onGreeting called once the server has greeted, which must close the connection
   */
  const upgrade = (path: string, lines: Lines = [], onGreeting = (_: Socket): void => undefined) =>
    new Promise<string>((done, fail) => {
      const all = [['Host', 'notes.example'], ...handshake, ...lines]
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
        socket.write(
          `GET ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
        ),
      )
      let text = ''
      socket.setEncoding('latin1')
      socket.on('data', (chunk) => {
        text += chunk
        const [, message] = /\x81([^\x88]+)$/.exec(text) ?? []
        if (message === undefined) return
        if (message.slice(1) === greeting) onGreeting(socket)
        else fail(new Error(`the server greets with ${JSON.stringify(message)}`))
      })
      socket.on('error', fail)
      socket.on('close', () => done(text))
    })
  return { agent: await net.agent(), resource, clock, upgrade }
}

async function sign(agent: Agent, path: string, token: string): Promise<Lines> {
  return (await agent.sign(`${options.issuer}${path}`, {}, { token })).headers
}

const codeOf = (answer: string): unknown => [answer.slice(9, 12), /"error":"(\w+)"/.exec(answer)?.[1]]

describe.each<Generation>(['person-token', 'mission-header'])(
  'with tokens of the %s generation',
  (generation) => {
    it('the server greets an agent that may read, and lets the client close the connection', async () => {
      const { agent, upgrade } = await serve()
      const token = await agent.authToken({ generation, scope: 'notes.read' })
      const onGreeting = (socket: Socket): void => {
        socket.write(Buffer.of(0x88, 0x80, 0, 0, 0, 0))
      }
      const answer = await upgrade('/greetings', await sign(agent, '/greetings', token), onGreeting)
      expect(answer.split('\r\n')).toEqual([
        'HTTP/1.1 101 Switching Protocols',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        '',
        `\x81\x1d${greeting}\x88\x00`,
      ])
    })

    it.each([
      [
        'the token is revoked',
        '\x88\x0d\x11\x31revoked_jwt',
        (resource: Resource) =>
          resource.revoke({ iss: 'https://ps.example', jti: 'greeted', exp: Date.now() / 1000 + 3600 }),
      ],
      [
        'the mission is terminated',
        '\x88\x14\x11\x33mission_terminated',
        (resource: Resource) => resource.missions.terminate({ approver: 'https://ps.example', s256 }),
      ],
    ])(
      'the server closes the connection with the reason when %s [REV-11, R11-259]',
      async (_, closing, end) => {
        const { agent, resource, upgrade } = await serve()
        const claims = { jti: 'greeted' }
        const token = await agent.authToken({ generation, scope: 'notes.read', mission: s256, claims })
        const ended: Promise<void>[] = []
        const answer = await upgrade('/greetings', await sign(agent, '/greetings', token), () => {
          ended.push(end(resource))
        })
        await Promise.all(ended)
        expect(answer.slice(answer.indexOf(greeting) + greeting.length)).toBe(closing)
      },
    )

    it('the server challenges an agent for the missing scope', async () => {
      const { agent, upgrade } = await serve()
      const token = await agent.authToken({ generation })
      const answer = await upgrade('/greetings', await sign(agent, '/greetings', token))
      expect(codeOf(answer)).toEqual(['401', 'auth_token_required'])
    })

    it('the server has a WebSocket at one path only', async () => {
      const { agent, upgrade } = await serve()
      const token = await agent.authToken({ generation, scope: 'notes.read' })
      expect(codeOf(await upgrade('/notes', await sign(agent, '/notes', token)))).toEqual([
        '403',
        'access_denied',
      ])
    })
  },
)

it.each(['/greetings', '/notes', '/'])(
  'the server refuses an unsigned upgrade to %s, which no middleware sees [A19]',
  async (path) => {
    const { upgrade } = await serve()
    expect(codeOf(await upgrade(path))).toEqual(['401', 'invalid_signature'])
  },
)
