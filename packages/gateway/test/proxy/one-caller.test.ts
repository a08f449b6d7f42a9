import { expect, it } from 'vitest'
import { exchange, RawClient, statusesOf } from '../raw-client.ts'
import { ok, respondToEach } from '../raw-upstream.ts'
import { makeScene } from '../scene.ts'

const close = 'Connection: close'
const anyone = ['agent-token', 'person-token', 'auth-token'] as const
const open = { requirement: { accept: anyone, optional: true } } as const
const anonymous = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: notes.example\r\n\r\n`

it('callers without a credential leave connections to the upstream for verified ones', async () => {
  const scene = await makeScene([open], { upstreamConnections: 4 })
  scene.upstream.respond = () => undefined
  const clients = Array.from({ length: 4 }, () => new RawClient(scene.port).write(anonymous('/notes')))
  await scene.upstream.until(() => scene.upstream.received.split('\r\n\r\n').length > 2)
  const refused = clients.map((client) => client.until(() => client.received !== ''))
  await Promise.race(refused)
  scene.upstream.respond = respondToEach(ok('hello'))
  expect(statusesOf(await exchange(scene.port, await scene.sign({ lines: [close] })))).toEqual([200])
  expect(clients.flatMap(({ received }) => statusesOf(received))).toEqual([503, 503])
})

it('answers that wait behind another one on their connection take no room from others', async () => {
  const scene = await makeScene([{ ...open, path: '/slow' }], { requests: 4 })
  scene.upstream.respond = () => undefined
  const client = new RawClient(scene.port).write(anonymous('/slow'))
  await scene.upstream.until(() => scene.upstream.received !== '')
  for (let count = 1; count <= 20; count++) {
    client.write(anonymous('/none'))
    while (scene.log.length < count) await new Promise(setImmediate)
  }
  expect(new Set(scene.log.map(({ code }) => code))).toEqual(new Set(['no_route']))
  expect(scene.proxy.connections().requests).toBe(1)
})

it('requests that wait for a slow issuer keep nobody out who can be decided at once', async () => {
  let elsewhere: typeof fetch | undefined
  let asked = 0
  const slowly: typeof fetch = (input, init) => {
    if (!String(input instanceof Request ? input.url : input).includes('slow.example'))
      return elsewhere?.(input, init) ?? Promise.reject(new TypeError('fetch failed'))
    asked++
    return new Promise<Response>(() => undefined)
  }
  const scene = await makeScene([{}], { requests: 3 }, { trust: 'any', fetch: slowly })
  const { net } = scene
  elsewhere = net.fetch
  const slow = await net.agent({ provider: await net.issuer('agent-provider', 'https://slow.example') })
  const clients: RawClient[] = []
  for (let count = 1; count <= 3; count++) {
    const message = await slow.sign(`${net.resource}/notes`, {}, { token: await slow.agentToken() })
    const lines = message.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    clients.push(
      new RawClient(scene.port).write(`GET /notes HTTP/1.1\r\nHost: notes.example\r\n${lines}\r\n`),
    )
    while (scene.proxy.connections().requests < count) await new Promise(setImmediate)
  }
  while (asked === 0) await new Promise(setImmediate)
  expect(statusesOf(await exchange(scene.port, await scene.sign({ lines: [close] })))).toEqual([200])
  expect(clients.map(({ received }) => statusesOf(received))).toEqual([[503], [], []])
})
