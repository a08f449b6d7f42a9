import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readAssertions } from '../assertions.ts'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { ok, type Respond } from '../raw-upstream.ts'
import { makeScene, type Scene, type Sent } from '../scene.ts'

const upgrade = { upgrade: true } as const
const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  `Sec-WebSocket-Key: ${key}`,
]
const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const mission = { approver: 'https://ps.example', s256 }

/** Accepts every handshake, and sends back what comes after it. */
const echo: Respond = (connection) => {
  const { socket, received } = connection
  const sent = /sec-websocket-key: (.*)\r\n/i.exec(received)?.[1]
  const accept = createHash('sha1').update(`${sent}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const lines = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`, 'X-Own: 1']
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  socket.removeAllListeners('data')
  socket.on('data', (text: string) => void socket.write(`echo of ${text}`))
}

/** Opens a tunnel, and resolves once the upstream has sent something back. */
async function open(scene: Scene, sent: Sent = {}): Promise<RawClient> {
  const client = new RawClient(scene.port).write(await scene.sign({ lines: handshake, ...sent }))
  await client.until(() => client.received.includes('\r\n\r\n') || client.isClosed)
  client.write('one')
  return client.until(() => client.received.endsWith('echo of one') || client.isClosed)
}

async function serve(...given: Parameters<typeof makeScene>): Promise<Scene> {
  const [routes = [upgrade], ...rest] = given
  const scene = await makeScene(routes, ...rest)
  scene.upstream.respond = echo
  return scene
}

describe('an upgrade to WebSocket', () => {
  it('is passed on with an assertion, and so is what either side sends behind it', async () => {
    const scene = await serve()
    const client = await open(scene)
    expect(client.received.split('\r\n')).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'X-Own: 1',
      '',
      'echo of one',
    ])
    expect(scene.upstream.received).toMatch(/\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/)
    expect(readAssertions(scene.upstream.received)).toEqual([
      expect.objectContaining({ caller: 'verified', content: 'none' }),
    ])
    expect(scene.proxy.connections()).toMatchObject({ requests: 0, tunnels: 1 })
    client.socket.end()
    await client.closed()
    await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
    expect(scene.proxy.connections()).toMatchObject({ tunnels: 0, watched: 0 })
  })

  it('is refused like any request without a credential [A19]', async () => {
    const scene = await serve()
    const received = await exchange(scene.port, await scene.sign({ token: null, lines: handshake }))
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[401], []])
  })

  it('is refused on a route that does not allow it', async () => {
    const scene = await serve([{}])
    const received = await exchange(scene.port, await scene.sign({ lines: handshake }))
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[400], []])
  })

  it.each<[string, Sent]>([
    [
      'to h2c',
      { lines: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'] },
    ],
    ['to h2c beside websocket', { lines: [...handshake, 'Upgrade: h2c'] }],
    ['with another method', { method: 'POST', lines: handshake }],
    ['of another version', { lines: handshake.map((line) => line.replace('13', '8')) }],
    ['without a key', { lines: handshake.slice(0, 3) }],
    ['with two keys', { lines: [...handshake, `Sec-WebSocket-Key: ${key}`] }],
    ['with a key of another length', { lines: [...handshake.slice(0, 3), 'Sec-WebSocket-Key: AAAA'] }],
    ['with content', { lines: [...handshake, 'Content-Length: 4'] }],
    ['with content in chunks', { lines: [...handshake, 'Transfer-Encoding: chunked'] }],
  ])('%s is refused, and no upstream is dialled', async (_, sent) => {
    const scene = await serve()
    const received = await exchange(scene.port, await scene.sign(sent))
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[400], []])
  })

  it('followed by octets before the answer is refused', async () => {
    const scene = await serve()
    const received = await exchange(
      scene.port,
      `${await scene.sign({ lines: handshake })}GET /admin HTTP/1.1\r\n\r\n`,
    )
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[400], []])
  })

  it('behind a request that is not answered yet closes the connection', async () => {
    const scene = await serve()
    scene.upstream.respond = () => undefined
    const client = new RawClient(scene.port).write(
      `${await scene.sign()}${await scene.sign({ lines: handshake })}`,
    )
    expect(await client.closed()).toBe('')
  })

  it.each([
    [
      'answers with another hash',
      'HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA\r\n\r\n',
    ],
    [
      'switches to another protocol',
      'HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
    ],
    ['answers with garbage', '\x81\x05hello'],
  ])('to an upstream that %s is 502, and nothing goes through', async (_, answer) => {
    const scene = await serve()
    scene.upstream.respond = ({ socket }) => void socket.write(`${answer}secret`, 'latin1')
    const received = await exchange(scene.port, await scene.sign({ lines: handshake }))
    expect([statusesOf(received), received]).toEqual([[502], expect.not.stringContaining('secret')])
    await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
  })

  it('that the upstream refuses is answered with its answer, and nothing else goes through', async () => {
    const scene = await serve()
    scene.upstream.respond = ({ socket }) =>
      void socket.write(ok('x'.repeat(300_000)).replace('200 OK', '426 No'))
    const client = new RawClient(scene.port).write(await scene.sign({ lines: handshake }))
    await client.until(() => client.received.length > 0)
    client.write(await scene.sign())
    const received = await client.closed()
    expect([statusesOf(received), received.endsWith('x'.repeat(300_000))]).toEqual([[426], true])
    expect(readAssertions(scene.upstream.received)).toHaveLength(1)
  })
})

describe('a tunnel', () => {
  it('ends when the mission of its caller is terminated [R11-259]', async () => {
    const scene = await serve()
    const client = await open(scene, { token: await scene.agent.authToken({ mission: s256 }) })
    const other = await open(scene)
    await scene.resource.missions.terminate(mission)
    await client.closed()
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
    other.received = ''
    other.write('one')
    await other.until(() => other.received === 'echo of one')
    expect(scene.proxy.connections()).toMatchObject({ tunnels: 1, watched: 1 })
  })

  it('ends when its token is revoked [REV-11]', async () => {
    const scene = await serve()
    const token = await scene.agent.authToken({ claims: { jti: 'tunnel' } })
    const client = await open(scene, { token })
    await scene.resource.revoke({
      iss: 'https://ps.example',
      jti: 'tunnel',
      exp: scene.net.clock.now() + 600,
    })
    await client.closed()
  })

  it('ends when nothing has passed for a while', async () => {
    const scene = await serve([upgrade], { idleTimeout: 50 })
    await (await open(scene)).closed()
    await scene.upstream.until(() => scene.upstream.connections.every(({ isClosed }) => isClosed))
  })

  it('of a caller who has as many as one may have is refused, and another caller has one', async () => {
    const scene = await serve([{ upgrade: true, requirement: { accept: ['auth-token', 'agent-token'] } }], {
      tunnelsPerCaller: 1,
    })
    const first = await open(scene)
    const second = await exchange(scene.port, await scene.sign({ lines: handshake }))
    const other = await open(scene, { token: await scene.agent.agentToken() })
    expect([statusesOf(second), statusesOf(other.received)]).toEqual([[503], [101]])
    first.socket.destroy()
    await scene.upstream.until(() => scene.upstream.connections[0]?.isClosed === true)
    expect(statusesOf((await open(scene)).received)).toEqual([101])
  })

  it('over the limit of all is refused', async () => {
    const scene = await serve([upgrade], { tunnels: 0 })
    expect(statusesOf(await exchange(scene.port, await scene.sign({ lines: handshake })))).toEqual([503])
  })

  it('ends when the upstream closes it', async () => {
    const scene = await serve()
    const client = await open(scene)
    scene.upstream.connections[0]?.socket.end()
    await client.closed()
  })
})

describe('another plan', () => {
  const scoped = { upgrade: true, requirement: { scope: 'notes.read' } } as const

  it.each([
    ['whose route allows no upgrade', [{}]],
    ['whose route requires more', [{ upgrade: true, requirement: { scope: 'notes.write' } }]],
    ['that has no route for it', [{ ...scoped, path: '/other' }]],
    [
      'that leads to another upstream',
      [
        {
          ...scoped,
          upstream: { name: 'other', origin: { protocol: 'http:', hostname: '127.0.0.1', port: 1 } },
        },
      ],
    ],
  ] as const)('%s closes the tunnel', async (_, routes) => {
    const scene = await serve([scoped])
    const client = await open(scene, { token: await scene.agent.authToken({ scope: 'notes.read' }) })
    scene.replan(routes)
    await client.closed()
  })

  it('that allows it leaves the tunnel open', async () => {
    const scene = await serve([scoped])
    const client = await open(scene, { token: await scene.agent.authToken({ scope: 'notes.read' }) })
    scene.replan([{ ...scoped, name: 'renamed' }])
    client.received = ''
    client.write('one')
    await client.until(() => client.received === 'echo of one')
    expect(scene.proxy.connections().tunnels).toBe(1)
  })

  it('whose resource trusts the issuer of the caller no longer closes the tunnel', async () => {
    const scene = await serve([scoped])
    const client = await open(scene, { token: await scene.agent.authToken({ scope: 'notes.read' }) })
    scene.replan([scoped], { trust: { agentProviders: 'any', personServers: ['https://other.example'] } })
    await client.closed()
  })

  it('closes the tunnel of a caller without a credential where one is required now', async () => {
    const scene = await serve([{ upgrade: true, requirement: { optional: true } }])
    const client = await open(scene, { token: null })
    expect(statusesOf(client.received)).toEqual([101])
    scene.replan([upgrade])
    await client.closed()
  })
})

describe('streams of answers', () => {
  async function stream(sent: Sent = {}): Promise<readonly [Scene, RawClient]> {
    const scene = await makeScene([{}], { watchAfter: 1 })
    scene.upstream.respond = ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\n\r\nevent')
    const client = new RawClient(scene.port).write(await scene.sign(sent))
    await client.until(() => client.received.includes('event'))
    while (scene.proxy.connections().watched === 0) await new Promise(setImmediate)
    return [scene, client]
  }

  it('a stream ends when the mission of its caller is terminated, and not like a complete one [R11-259]', async () => {
    const [scene, client] = await stream()
    const token = await scene.agent.authToken({ mission: s256 })
    const ending = new RawClient(scene.port).write(await scene.sign({ token }))
    await ending.until(() => ending.received.includes('event'))
    await scene.resource.missions.terminate(mission)
    const received = await ending.closed()
    expect([received.endsWith('0\r\n\r\n'), client.isClosed]).toEqual([false, false])
    await scene.upstream.until(() => scene.upstream.connections[1]?.isClosed === true)
  })

  it('a stream that the new plan does not allow is closed', async () => {
    const [scene, client] = await stream()
    scene.replan([{ path: '/other' }])
    await client.closed()
  })

  it('closing the gateway ends tunnels, lets requests end, and takes no more connections', async () => {
    const scene = await serve()
    const tunnel = await open(scene)
    scene.upstream.respond = () => undefined
    const waiting = new RawClient(scene.port).write(await scene.sign())
    await scene.upstream.until(() => scene.upstream.connections[1]?.received.includes('\r\n\r\n') === true)
    const closing = scene.proxy.close()
    await tunnel.closed()
    scene.upstream.connections[1]?.socket.write(ok('late'))
    expect(await waiting.closed()).toMatch(/late$/)
    await closing
    expect(scene.proxy.server.listening).toBe(false)
  })

  it('a request that is never answered does not keep the gateway from closing', async () => {
    const scene = await makeScene([{}], { closeTimeout: 50 })
    scene.upstream.respond = () => undefined
    const waiting = new RawClient(scene.port).write(await scene.sign())
    await scene.upstream.until(() => scene.upstream.received.includes('\r\n\r\n'))
    await scene.proxy.close()
    await waiting.closed()
  })
})
