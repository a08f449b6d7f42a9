import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { promisify } from 'node:util'
import type { Resource } from '@aauth-guard/core'
import { heapSize } from '@aauth-guard/fixtures/heap-size'
import { exchange, statusesOf } from '@aauth-guard/fixtures/raw-socket'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Console, makeConsole } from '../src/console.ts'
import { nodeHandler } from '../src/node/index.ts'
import { defaultSettings } from '../src/settings.ts'
import { openScene, type Scene, type SceneOptions } from './scene.ts'

async function listen(console: Console): Promise<{ readonly origin: string; readonly server: Server }> {
  const server = createServer(nodeHandler(console)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

async function serve(options: SceneOptions = {}): Promise<Scene & { readonly origin: string }> {
  const scene = await openScene(options)
  return { ...scene, origin: (await listen(scene.console)).origin }
}

const message = (method: string, target: string, ...lines: readonly string[]) =>
  [`${method} ${target} HTTP/1.1`, ...lines, 'connection: close', '', ''].join('\r\n')

describe('the handler for Node', () => {
  it('serves page, assets and state over a socket, and hands the request and the message to "allow"', async () => {
    const asked: unknown[] = []
    const { origin } = await serve({
      allow: ({ url, headers }, context) => {
        asked.push([new URL(url).pathname, headers.get('cookie'), (context as { method?: string }).method])
        return true
      },
    })
    const headers = { cookie: 'session=1' }
    const answers = await Promise.all(
      ['/', '/assets/app.css', '/state'].map((path) => fetch(`${origin}${path}`, { headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(asked).toContainEqual(['/state', 'session=1', 'GET'])
    expect(answers[0]?.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it.each([
    ['GET', '/state', ['host: a.example'], 200],
    ['HEAD', '/state', ['host: a.example'], 200],
    ['POST', '/state', ['host: a.example', 'content-length: 0'], 405],
    ['TRACE', '/state', ['host: a.example'], 405],
    ['PROPFIND', '/state', ['host: a.example'], 405],
    ['GET', 'http://a.example/state', ['host: a.example'], 400],
    ['GET', '/state', ['host: a.example/b'], 400],
    ['GET', '/state', ['host: a@b.example'], 400],
    ['GET', '/state', ['host: a.example?'], 400],
    ['GET', '/state', ['host: '], 400],
    ['GET', '/state', ['host: a b'], 400],
    ['GET', '/state', ['host: a.example', 'sec-fetch-site: cross-site'], 403],
    ['GET', '/state', ['host: a.example', 'sec-fetch-site: same-origin', 'sec-fetch-site: none'], 403],
    ['GET', '/state', ['host: a.example', 'origin: http://b.example'], 403],
    ['GET', '/state', ['host: a.example', 'origin: http://a.example'], 200],
    ['GET', '//state', ['host: a.example'], 200],
    ['GET', '/../../state', ['host: a.example'], 200],
    ['GET', '/assets/..%2f..%2fpackage.json', ['host: a.example'], 404],
    ['GET', '/a/b/c', ['host: a.example'], 303],
  ])('answers %s %s with %j with %d', async (method, target, lines, status) => {
    const { origin } = await serve()
    const received = await exchange(origin, message(method, target, ...lines))
    expect(statusesOf(received)).toEqual([status])
    if (method === 'HEAD') expect(received.endsWith('\r\n\r\n')).toBe(true)
  })

  it('serves HTTP/2', async () => {
    const { console } = await openScene({ allow: ({ headers }) => headers.get('host') === '127.0.0.1' })
    const server = createHttp2Server(nodeHandler(console) as never).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      client.close()
      server.close()
    })
    const stream = client.request({ ':path': '/state', ':authority': '127.0.0.1' })
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect([headers[':status'], headers['content-type']]).toEqual([200, 'application/json'])
    stream.close()
  })

  it('frees a stream whose client went away', async () => {
    const { origin } = await serve({ settings: { streams: 1, poll: 5, point: 5 } })
    for (let i = 0; i < 5; i += 1) {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      socket.write('GET /events HTTP/1.1\r\nhost: a.example\r\n\r\n')
      let text = ''
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      while (!/event: (?:point|goodbye)/.test(text)) await once(socket, 'data')
      // The server notices later than the client; until then there is one stream too many.
      if (text.includes('"full"')) i -= 1
      socket.destroy()
    }
  })

  it('closes connections of clients that do not read, and keeps nothing for them', async () => {
    const { resource, agent, call } = await openScene()
    let snapshots = 0
    const mission = { agents: new Array(4).fill('a'.repeat(200)) }
    const large = {
      ...resource,
      // About a megabyte each time: so much is on its way to 16 readers every 10 ms.
      snapshot: () => ({ ...resource.snapshot(), missions: new Array(900).fill(mission), n: ++snapshots }),
    } as unknown as Resource
    const settings = { ...defaultSettings, poll: 5, snapshot: 10, unread: 1000, farewell: 20 }
    let opened = 0
    const allow = () => ++opened > 0
    const console = makeConsole({ resource: large, allow }, settings)
    const { origin, server } = await listen(console)
    onTestFinished(() => console.close())
    const connections = promisify(server.getConnections.bind(server))
    const token = await agent.authToken()
    const url = `https://notes.example/${'a'.repeat(1000)}`
    const turn = () => new Promise((resolve) => setTimeout(resolve, 1))
    // What a console keeps anyway is there before it is measured.
    for (let i = 0; i < 3000; i += 1) await call(token, { url })
    const before = megabytes()
    const sockets = Array.from({ length: 16 }, () => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      socket.write('GET /events HTTP/1.1\r\nhost: a.example\r\n\r\n')
      // Paused: no octet is read.
      return socket.pause().on('error', () => undefined)
    })
    const closed = sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve)))
    while (opened < 16) await turn()
    let most = 0
    // Decisions go on while none of the clients reads, until the server has closed all connections.
    while ((await connections()) > 0) {
      for (let i = 0; i < 20; i += 1) await call(token, { url })
      await turn()
      most = Math.max(most, megabytes())
    }
    // More than a reader may have on its way, however slow the machine is.
    expect(snapshots).toBeGreaterThan(6)
    // Three snapshots a reader at most: in the stream, at the socket, and one that all of them share.
    expect(most - before).toBeLessThan(16 * 3)
    // What was on its way to the client comes, and then the connection ends.
    for (const socket of sockets) socket.resume()
    await Promise.all(closed)
    // Buffers are freed some time after a collection.
    while (megabytes() - before > 10) await turn()
  })
})

/** Megabytes in use, with those of buffers. */
function megabytes(): number {
  return heapSize() + process.memoryUsage().external / 2 ** 20
}
