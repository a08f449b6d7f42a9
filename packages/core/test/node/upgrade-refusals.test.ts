import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Duplex } from 'node:stream'
import { AAuthError } from '@aauth-guard/core'
import { refuseUpgrade, verifyUpgrade } from '@aauth-guard/core/node'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

interface Served {
  readonly world: World
  readonly server: Server
  /** Sends a request line and lines; resolves with the whole response. */
  send(start: string, lines?: readonly (readonly [string, string])[]): Promise<string>
}

/** A server that accepts upgrades and tunnels of agents that may read notes. */
async function serve(requirement: object = { scope: 'access' }): Promise<Served> {
  const world = await makeWorld()
  const server = createServer((_req, res) => res.end('not upgraded'))
  const decide = (req: IncomingMessage, socket: Duplex): void => {
    verifyUpgrade(world.resource, req, requirement).then(
      ({ sub }) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${sub}`),
      (error: unknown) => refuseUpgrade(socket, error),
    )
  }
  server.on('upgrade', decide).on('connect', decide)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())))
  const send: Served['send'] = (start, lines = []) =>
    new Promise((done, fail) => {
      const all = [['Host', 'notes.example'], ...lines].map(([name, value]) => `${name}: ${value}\r\n`)
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
        socket.write(`${start} HTTP/1.1\r\n${all.join('')}\r\n`),
      )
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', fail)
      socket.on('close', () => done(text))
    })
  return { world, server, send }
}

const upgrade = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
] as const

async function signed({ agent }: World, path: string, scope = 'access') {
  const token = await agent.authToken({ scope })
  return (await agent.sign(`https://notes.example${path}`, {}, { token })).headers
}

describe('an upgrade that is refused', () => {
  it('for a scope that was not granted gets a challenge for it [A19, CHAL-8]', async () => {
    const { world, send } = await serve()
    const answer = await send('GET /socket', [...upgrade, ...(await signed(world, '/socket', 'another'))])
    expect(answer.split('\r\n')).toEqual(
      expect.arrayContaining([
        'HTTP/1.1 401 Refused',
        expect.stringMatching(/^aauth-requirement: requirement=auth-token;resource-token="[\w.-]+"$/),
      ]),
    )
  })

  it('for another path than was signed is answered, and the connection is closed [A19, SIG-15]', async () => {
    const { world, send } = await serve()
    const answer = await send('GET /admin', [...upgrade, ...(await signed(world, '/socket'))])
    expect([answer.slice(0, 12), /"error":"(\w+)"/.exec(answer)?.[1]]).toEqual([
      'HTTP/1.1 401',
      'invalid_signature',
    ])
  })

  it('with two Host lines is refused as ambiguous [A01]', async () => {
    const { world, send } = await serve()
    const lines = [['Host', 'evil.example'], ...upgrade, ...(await signed(world, '/socket'))] as const
    expect(await send('GET /socket', lines)).toMatch(/^HTTP\/1\.1 400 Refused\r\n/)
  })

  it('because of a malformed requirement gets an answer without details [P01]', async () => {
    const { world, send } = await serve({ scope: 'undescribed' })
    const answer = await send('GET /socket', [...upgrade, ...(await signed(world, '/socket'))])
    expect([answer.slice(0, 12), answer.includes('undescribed')]).toEqual(['HTTP/1.1 503', false])
  })
})

describe('an upgrade that is being decided', () => {
  it('survives a client that disconnects, for which Node then has no error listener [Q10]', async () => {
    let outcome: unknown = 'not asked'
    let broken: Duplex | undefined
    const { world, send, server } = await serve({
      scope: 'access',
      check: () => {
        try {
          broken?.emit('error', new Error('read ECONNRESET'))
          outcome = 'survived'
        } catch (error) {
          outcome = error
        }
        return false
      },
    })
    server.prependListener('upgrade', (_req, socket) => {
      broken = socket
    })
    await send('GET /socket', [...upgrade, ...(await signed(world, '/socket'))])
    expect(outcome).toBe('survived')
  })
})

describe('a CONNECT request', () => {
  it('is refused, because its target is an authority, which cannot be signed as a path [A19]', async () => {
    const { world, send } = await serve()
    const answers = [
      await send('CONNECT notes.example:443'),
      await send('CONNECT notes.example:443', await signed(world, '/')),
    ]
    expect(answers.map((answer) => answer.slice(0, 12))).toEqual(['HTTP/1.1 400', 'HTTP/1.1 400'])
  })
})

describe('refuseUpgrade', () => {
  it('states the length of its content in octets and closes the connection', async () => {
    const written: Buffer[] = []
    const socket = new Duplex({
      read: () => undefined,
      write(chunk, _encoding, done) {
        written.push(chunk)
        done()
      },
    })
    const finished = new Promise((resolve) => socket.on('finish', resolve))
    refuseUpgrade(socket, new AAuthError('access_denied'))
    await finished
    const [head = '', body = ''] = Buffer.concat(written).toString().split('\r\n\r\n')
    expect(head.split('\r\n').filter((line) => !line.startsWith('date: '))).toEqual([
      'HTTP/1.1 403 Refused',
      'content-type: application/problem+json',
      'cache-control: no-store',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ])
    expect(JSON.parse(body)).toMatchObject({ status: 403, error: 'access_denied' })
  })

  it.each([
    ['a refusal', new AAuthError('access_denied')],
    ['a fault', new TypeError('a secret')],
    ['nothing at all', undefined],
  ])('does not throw for %s on a closed connection [Q10]', async (_title, error) => {
    const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
    socket.destroy()
    expect(() => refuseUpgrade(socket, error)).not.toThrow()
    // An unhandled error event would end the process.
    await new Promise((resolve) => setImmediate(resolve))
    expect(socket.listenerCount('error')).toBe(1)
  })

  it('closes a connection whose client keeps its side open, once the client could read its answer [Q10]', async () => {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    const { server } = await serve()
    const taken = new Promise<Duplex>((resolve) =>
      server.prependListener('upgrade', (_, socket) => resolve(socket)),
    )
    const lines = upgrade.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    const client = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    })
    onTestFinished(() => void client.destroy())
    client.on('error', () => undefined).write(`GET /socket HTTP/1.1\r\nHost: notes.example\r\n${lines}\r\n`)
    let text = ''
    client.on('data', (chunk) => {
      text += chunk
    })
    const socket = await taken
    const closed = once(socket, 'close')
    await once(client, 'end')
    expect([text.slice(0, 12), socket.destroyed]).toEqual(['HTTP/1.1 401', false])
    // The client never ends its side; the guard does not wait for it.
    const [giveUp] = timers.mock.calls.find(([, milliseconds]) => milliseconds === 1000) ?? []
    giveUp?.()
    await closed
    expect(socket.destroyed).toBe(true)
  })

  it('does not report an error when the connection breaks during the answer [Q10]', () => {
    const socket = new Duplex({ read: () => undefined, write: () => undefined })
    refuseUpgrade(socket, new AAuthError('access_denied'))
    expect(() => socket.emit('error', new Error('read ECONNRESET'))).not.toThrow()
  })
})
