import { describe, expect, it } from 'vitest'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { ok, type Respond, respondToEach } from '../raw-upstream.ts'
import { makeScene, type Scene } from '../scene.ts'

const close = 'Connection: close'
const chunked = 'Transfer-Encoding: chunked'
const say =
  (text: string): Respond =>
  ({ socket }) =>
    void socket.write(text, 'latin1')
const sayAndClose =
  (text: string): Respond =>
  ({ socket }) =>
    void socket.end(text, 'latin1')

/** Whether a request after the first one is served as if nothing had happened. */
async function servesNext(scene: Scene): Promise<boolean> {
  scene.upstream.respond = respondToEach(ok('next'))
  const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
  return received.endsWith('\r\n\r\nnext')
}

const allClosed = ({ upstream }: Scene) =>
  upstream.until(() => upstream.connections.every(({ isClosed }) => isClosed))

describe('an upstream whose answer is not HTTP is 502, and its connection is not used again', () => {
  it.each<[string, Respond]>([
    ['garbage', say('garbage\r\n\r\n')],
    ['nothing', sayAndClose('')],
    ['half of a head', sayAndClose('HTTP/1.1 200 OK\r\nX-A: ')],
    ['another protocol', say('SSH-2.0-OpenSSH_9.2\r\n')],
    ['a status of two digits', say('HTTP/1.1 20 OK\r\n\r\n')],
    ['the status 099', say('HTTP/1.1 099 OK\r\n\r\n')],
    ['the status 600', say('HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n')],
    ['a length and chunks', say(`HTTP/1.1 200 OK\r\nContent-Length: 3\r\n${chunked}\r\n\r\n0\r\n\r\n`)],
    ['another coding', say('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n')],
    ['two lengths', say('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc')],
    ['a NUL in a line', say('HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n')],
    ['a folded line', say('HTTP/1.1 200 OK\r\nX-A: a\r\n Set-Cookie: b\r\nContent-Length: 0\r\n\r\n')],
    ['a bare line feed', say('HTTP/1.1 200 OK\r\nX-A: a\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n')],
    ['20 000 octets of lines', say(`HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`)],
    [
      'an upgrade that nobody asked for',
      say('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    ],
  ])('%s', async (_, respond) => {
    const scene = await makeScene()
    scene.upstream.respond = respond
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect([statusesOf(received), received]).toEqual([
      [502],
      expect.not.stringMatching(/set-cookie|notes-app/i),
    ])
    await allClosed(scene)
    expect(await servesNext(scene)).toBe(true)
  })
})

describe('an answer that is broken on its way is cut off, and its connection is not used again', () => {
  it.each<[string, Respond]>([
    ['that ends before its length', sayAndClose('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')],
    ['that ends between chunks', sayAndClose(`HTTP/1.1 200 OK\r\n${chunked}\r\n\r\n4\r\nhalf\r\n`)],
    [
      'with a chunk size that is not a number',
      say(`HTTP/1.1 200 OK\r\n${chunked}\r\n\r\n4\r\nhalf\r\nxyz\r\n`),
    ],
    [
      'with 20 000 octets of trailers',
      say(`HTTP/1.1 200 OK\r\n${chunked}\r\n\r\n4\r\nhalf\r\n0\r\nX-T: ${'x'.repeat(20_000)}\r\n\r\n`),
    ],
  ])('%s', async (_, respond) => {
    const scene = await makeScene()
    scene.upstream.respond = respond
    const received = await exchange(scene.port, await scene.sign())
    expect([statusesOf(received), received.endsWith('0\r\n\r\n')]).toEqual([[200], false])
    await allClosed(scene)
    expect(await servesNext(scene)).toBe(true)
  })
})

describe('an upstream that says more than it was asked', () => {
  it('a second answer right behind the first one goes to nobody', async () => {
    const scene = await makeScene()
    scene.upstream.respond = say(ok('first') + ok('second'))
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect(received).toMatch(/\r\n\r\nfirst$/)
    await allClosed(scene)
    expect(await servesNext(scene)).toBe(true)
  })

  it('an answer while no request is under way closes the connection', async () => {
    const scene = await makeScene()
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect([statusesOf(received), scene.upstream.connections[0]?.isClosed]).toEqual([[200], false])
    scene.upstream.connections[0]?.socket.write(ok('stale'))
    await allClosed(scene)
    expect(await servesNext(scene)).toBe(true)
  })

  it('octets behind the answer to HEAD close the connection', async () => {
    const scene = await makeScene()
    scene.upstream.respond = say(ok('hello'))
    const received = await exchange(scene.port, await scene.sign({ method: 'HEAD', lines: [close] }))
    expect(received).toMatch(/\r\n\r\n$/)
    await allClosed(scene)
    expect(await servesNext(scene)).toBe(true)
  })

  it('answers in between without an end are 504', async () => {
    const scene = await makeScene([{}], { answerTimeout: 50 })
    scene.upstream.respond = ({ socket }) => {
      const hint = (): void => {
        if (socket.writable) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n', () => setImmediate(hint))
      }
      hint()
    }
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect(statusesOf(received)).toEqual([504])
    await allClosed(scene)
  })

  it('a connection of the pool that the upstream closes while a request is sent is replaced', async () => {
    const scene = await makeScene()
    await exchange(scene.port, await scene.sign({ lines: [close] }))
    let count = 0
    scene.upstream.respond = (connection) => {
      count++
      if (connection === scene.upstream.connections[0]) connection.socket.resetAndDestroy()
      else respondToEach(ok('again'))(connection)
    }
    const received = await exchange(scene.port, await scene.sign({ lines: [close] }))
    expect([statusesOf(received), received.endsWith('again'), count]).toEqual([[200], true, 2])
  })

  it('and a request with content is not sent twice', async () => {
    const scene = await makeScene()
    await exchange(scene.port, await scene.sign({ lines: [close] }))
    scene.upstream.respond = ({ socket }) => void socket.resetAndDestroy()
    const received = await exchange(
      scene.port,
      await scene.sign({ method: 'POST', body: 'milk', lines: [close] }),
    )
    expect([statusesOf(received), scene.upstream.connections.length]).toEqual([[502], 1])
  })
})

describe('peers that are slow', () => {
  it('a client that does not finish its lines is closed', async () => {
    const scene = await makeScene([{}], { headersTimeout: 50, requestTimeout: 50 })
    const received = await new RawClient(scene.port).write('GET /notes HTTP/1.1\r\nHost: ').closed()
    expect([statusesOf(received), scene.upstream.connections]).toEqual([[408], []])
  })

  it('a client that does not send its content is closed, and its request does not end at the upstream', async () => {
    const scene = await makeScene([{}], { idleTimeout: 50 })
    scene.upstream.respond = () => undefined
    const text = await scene.sign({ method: 'POST', framing: ['Content-Length: 9'], content: 'half' })
    expect(await new RawClient(scene.port).write(text).closed()).toBe('')
    await allClosed(scene)
    expect(scene.upstream.received).toMatch(/\r\n\r\nhalf$/)
  })

  it('a client that does not send what is held for its digest is closed, and holds nothing any more', async () => {
    const scene = await makeScene([{}], { headersTimeout: 50, requestTimeout: 50 })
    const text = await scene.sign({ method: 'POST', body: 'milk', digest: true })
    await new RawClient(scene.port).write(text.slice(0, -1)).closed()
    while (scene.proxy.connections().heldContent > 0) await new Promise(setImmediate)
    expect(scene.upstream.connections).toEqual([])
  })

  it('a client that does not read its answer is cut off, and so is the upstream', async () => {
    const scene = await makeScene([{}], { idleTimeout: 100 })
    scene.upstream.respond = ({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const more = (): void => {
        if (socket.writable) socket.write('x'.repeat(65_536), () => setImmediate(more))
      }
      more()
    }
    const client = new RawClient(scene.port)
    client.socket.pause()
    client.write(await scene.sign())
    await scene.upstream.until(() => scene.upstream.connections.length === 1)
    await allClosed(scene)
    while (scene.proxy.connections().requests > 0) await new Promise(setImmediate)
  })

  it('an upstream that does not read the content is 504', async () => {
    const scene = await makeScene([{}], { idleTimeout: 100, answerTimeout: 100 })
    scene.upstream.respond = ({ socket }) => void socket.pause()
    const content = 'x'.repeat(20_000_000)
    const text = await scene.sign({ method: 'POST', framing: [`Content-Length: ${content.length}`], content })
    const client = new RawClient(scene.port).write(text)
    await client.answers(1)
    expect(statusesOf(client.received)).toEqual([504])
  })

  it('an upstream that stops in the middle of its answer is cut off', async () => {
    const scene = await makeScene([{}], { idleTimeout: 50 })
    scene.upstream.respond = say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    const received = await exchange(scene.port, await scene.sign())
    expect([statusesOf(received), received.endsWith('half')]).toEqual([[200], true])
    await allClosed(scene)
  })
})

describe('limits', () => {
  it.each([
    ['refused', null],
    ['answered early by the upstream', undefined],
  ])(
    'content that goes on without an end behind a request that was %s closes the connection',
    async (_, token) => {
      const scene = await makeScene()
      scene.upstream.respond = say(ok('early'))
      const sent = { method: 'POST', framing: ['Content-Length: 1000000000'], content: 'x' }
      const client = new RawClient(scene.port).write(
        await scene.sign(token === null ? { ...sent, token } : sent),
      )
      await client.answers(1)
      const piece = 'x'.repeat(1_048_576)
      for (let count = 0; count < 500 && !client.socket.destroyed; count++)
        await new Promise<void>((written) => {
          client.socket.write(piece, () => written())
          client.socket.once('close', () => written())
        })
      expect([client.socket.destroyed, statusesOf(client.received)]).toEqual([
        true,
        [token === null ? 401 : 200],
      ])
    },
  )

  it('no more requests are on their way than the limit says, and one caller has a share of them', async () => {
    const anyone = { accept: ['auth-token', 'agent-token'], optional: true } as const
    const scene = await makeScene([{ requirement: anyone }], { requests: 4, requestsPerCaller: 1 })
    scene.upstream.respond = () => undefined
    const send = async (token: string | null | undefined): Promise<RawClient> => {
      const before = scene.upstream.connections.length
      const client = new RawClient(scene.port).write(await scene.sign(token === undefined ? {} : { token }))
      await Promise.race([
        client.answers(1),
        scene.upstream.until(() => scene.upstream.connections.length > before),
      ])
      return client
    }
    const held = [await send(undefined), await send(null), await send(null)]
    const overShare = [await send(undefined), await send(null)]
    held.push(await send(await scene.agent.agentToken()))
    const overAll = await send(undefined)
    expect(held.map(({ received }) => received)).toEqual(['', '', '', ''])
    expect([...overShare, overAll].map(({ received }) => statusesOf(received))).toEqual([[503], [503], [503]])
    expect(overAll.received).toMatch(/^retry-after: 1\r$/m)
    held[0]?.socket.destroy()
    while (scene.proxy.connections().requests > 3) await new Promise(setImmediate)
    scene.upstream.respond = respondToEach(ok('served'))
    expect(statusesOf((await send(undefined)).received)).toEqual([])
  })

  it('no more connections to an upstream are made than the limit says, and requests wait for one', async () => {
    const requirement = { accept: ['auth-token'], optional: true } as const
    const scene = await makeScene([{ requirement }], { upstreamConnections: 1 })
    scene.upstream.respond = () => undefined
    // Of two callers, since one may use half of the connections.
    const texts = [await scene.sign({ lines: [close] }), await scene.sign({ token: null, lines: [close] })]
    const clients = texts.map((text) => new RawClient(scene.port).write(text))
    await scene.upstream.until(() => scene.upstream.received.includes('\r\n\r\n'))
    while (scene.proxy.connections().requests < 2) await new Promise(setImmediate)
    const [connection] = scene.upstream.connections
    scene.upstream.respond = respondToEach(ok('served'))
    scene.upstream.respond(connection as never)
    await Promise.all(clients.map((client) => client.closed()))
    expect(clients.map(({ received }) => statusesOf(received))).toEqual([[200], [200]])
    expect(scene.upstream.connections).toHaveLength(1)
  })
})
