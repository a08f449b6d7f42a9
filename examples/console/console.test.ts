import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type Console, type ConsoleState, createConsole } from '@aauth-guard/console'
import { authorize, createResource } from '@aauth-guard/core'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expressApp } from './express.ts'
import { fastifyApp } from './fastify.ts'
import { honoApp } from './hono.ts'
import { koaApp } from './koa.ts'
import { operatorsOnly } from './operators.ts'

type Listener = (console: Console) => RequestListener | Promise<RequestListener>

const apps: Readonly<Record<string, Listener>> = {
  Express: (console) => expressApp(console),
  Koa: (console) => koaApp(console).callback(),
  Hono: (console) => getRequestListener(honoApp(console).fetch),
  async Fastify(console) {
    const app = fastifyApp(console)
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
}

async function open(listenerOf: Listener) {
  const net = await createTestNetwork()
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
  })
  const console = createConsole({ resource, allow: operatorsOnly(new Set(['ada'])) })
  const server = createServer(await listenerOf(console)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    console.close()
    server.close()
    server.closeAllConnections()
  })
  const agent = await net.agent()
  const decide = async () => {
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
    await authorize(resource, toSignedRequest(message))
  }
  const { port } = server.address() as AddressInfo
  const get = (path: string, cookie = 'session=ada', init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual', headers: { cookie }, ...init })
  return { get, decide, console, port }
}

describe.each(Object.entries(apps))('the console in an app of %s', (_, listenerOf) => {
  it('serves its page below the mount path, also without the slash', async () => {
    const { get } = await open(listenerOf)
    const bare = await get('/admin/console')
    const location = bare.headers.get('location') as string
    const page = await get('/admin/console/')
    expect([bare.status, new URL(location, bare.url).pathname]).toEqual([303, '/admin/console/'])
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    // What the page refers to is where it says.
    const html = await page.text()
    const files = [...html.matchAll(/(?:href|src)="(assets\/[^"]+)"/g)].map(([, file = '']) => file)
    const assets = await Promise.all(files.map((file) => get(new URL(file, page.url).pathname)))
    expect(files.length).toBeGreaterThan(0)
    expect(assets.map(({ status }) => status)).toEqual(files.map(() => 200))
    expect(await (await get('/admin')).text()).toBe('not the console')
  })

  it('sends the state, with all headers that protect it', async () => {
    const { get, decide } = await open(listenerOf)
    await decide()
    const response = await get('/admin/console/state')
    expect(((await response.json()) as ConsoleState).decisions).toMatchObject([{ outcome: 'accepted' }])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store, no-transform',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-resource-policy': 'same-origin',
    })
  })

  it('refuses those whom "allow" does not let in, other sites, and other methods', async () => {
    const { get } = await open(listenerOf)
    const headers = { cookie: 'session=ada', 'sec-fetch-site': 'cross-site' }
    const answers = await Promise.all([
      get('/admin/console/', 'session=eve'),
      get('/admin/console/events', ''),
      get('/admin/console/state', '', { headers }),
      get('/admin/console/state', '', { method: 'POST', headers: { cookie: 'session=ada' } }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 405])
  })

  it('streams decisions as they happen, and says goodbye when it closes', async () => {
    const { get, decide, console } = await open(listenerOf)
    const response = await get('/admin/console/events')
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    let text = ''
    const read = async (wanted: string) => {
      while (!text.includes(wanted)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the stream ended with ${text}`)
        text += decoder.decode(value, { stream: true })
      }
    }
    await decide()
    await read('event: decision')
    console.close()
    await read('event: goodbye\ndata: {"reason":"closing"}')
    expect((await reader.read()).done).toBe(true)
  })

  it('frees the stream of a client that went away', async () => {
    const { port, get } = await open(listenerOf)
    const sockets = Array.from({ length: 16 }, () => connect(port, '127.0.0.1'))
    for (const socket of sockets) {
      socket.write('GET /admin/console/events HTTP/1.1\r\nhost: a.example\r\ncookie: session=ada\r\n\r\n')
      await once(socket, 'data')
    }
    const isFull = async () => {
      const response = await get('/admin/console/events')
      const reader = (response.body as ReadableStream<Uint8Array>).getReader()
      const { value } = await reader.read()
      await reader.cancel()
      return new TextDecoder().decode(value).includes('"full"')
    }
    expect(await isFull()).toBe(true)
    for (const socket of sockets) socket.destroy()
    while (await isFull()) await new Promise((resolve) => setTimeout(resolve, 5))
  })
})
