import type { IncomingMessage } from 'node:http'
import { createResource } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { type Sent, withLines } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { protect } from '@aauth-guard/hono'
import { toRequest } from '@aauth-guard/testing'
import { type Context, Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const text = 'approver="https://ps.example"; s256="x"'
const name = 'aauth-mission'

/** Every way in which a handler can read a header. */
function formsOf({ req, env }: Context): Record<string, unknown> {
  const { incoming } = (env ?? {}) as { incoming?: IncomingMessage }
  return {
    header: req.header('AAuth-Mission') ?? null,
    listed: Object.keys(req.header()).includes(name),
    raw: req.raw.headers.get(name),
    has: [...req.raw.headers.keys()].includes(name),
    copy: new Request(req.raw.url, { headers: req.raw.headers }).headers.get(name),
    incoming: incoming
      ? [
          incoming.headers[name] ?? null,
          incoming.rawHeaders.some((one) => one.toLowerCase() === name),
          incoming.headersDistinct?.[name] ?? null,
        ]
      : [null, false, null],
  }
}
const absent = {
  header: null,
  listed: false,
  raw: null,
  has: false,
  copy: null,
  incoming: [null, false, null],
}
const tell = async (c: Context): Promise<Response> => {
  const cloned = c.req.raw.clone().headers.get(name)
  return c.json({ forms: formsOf(c), cloned, tag: c.req.header('x-tag'), content: await c.req.text() })
}
const told = { forms: absent, cloned: null, tag: 'a', content: '' }

describe.each(hosts)('AAuth-Mission behind protect of Hono on %s', (_, host) => {
  const withMission = (agent: { authToken(grant: object): Promise<string> }): Promise<string> =>
    agent.authToken({ generation: 'mission-header', mission: mission.s256 })

  it.each<[string, Sent, string]>([
    ['without content', {}, ''],
    ['with content', { method: 'POST', body: 'note' }, 'note'],
    ['with content that was compared', { method: 'POST', body: 'note', digest: true }, 'note'],
  ])(
    'is removed from every property, and nothing else is, %s [MISS-13, L03]',
    async (_title, sent, content) => {
      const { send, agent } = await host(({ resource }) => new Hono().all('/notes', protect(resource), tell))
      const token = await withMission(agent)
      const response = await send({ mission, headers: { 'x-tag': 'a' }, token, ...sent })
      expect([response.status, await response.json()]).toEqual([200, { ...told, content }])
    },
  )

  it('is removed when a refusal is passed on [MISS-13]', async () => {
    const { send, agent } = await host(({ resource }) =>
      new Hono()
        .onError((_error, c) => c.json(formsOf(c)))
        .all('/notes', protect(resource, { accept: 'agent-token' }, { passErrors: true }), tell),
    )
    expect(await (await send({ mission, token: await withMission(agent) })).json()).toEqual(absent)
  })

  it('is removed even if a middleware has read it, and the content, before [MISS-13]', async () => {
    const { send, agent } = await host(({ resource }) =>
      new Hono()
        .use(async (c, next) => {
          formsOf(c)
          await c.req.text()
          await next()
        })
        .all('/notes', protect(resource), async (c) =>
          c.json({ forms: formsOf(c), tag: c.req.header('x-tag'), content: await c.req.text() }),
        ),
    )
    const token = await withMission(agent)
    const { cloned: _cloned, ...others } = told
    for (const digest of [false, true]) {
      const sent = { method: 'POST', body: 'note', digest, mission, headers: { 'x-tag': 'a' }, token }
      const response = await send(sent)
      expect([response.status, await response.json()]).toEqual([200, { ...others, content: 'note' }])
    }
  })

  it('is verified by a second guard, and by one of another resource [MISS-13, E23]', async () => {
    const { send, agent } = await host(({ resource, net }) => {
      const { issuer } = resource
      const other = createResource({ issuer, trust: 'any', fetch: net.fetch, now: net.clock.now })
      return new Hono()
        .use(protect(resource))
        .use(protect(resource, { mission: 'required' }))
        .use(protect(other, { mission: 'required' }))
        .all('/notes', tell)
    })
    const token = await withMission(agent)
    const sent = { method: 'POST', body: 'note', digest: true, mission, headers: { 'x-tag': 'a' }, token }
    const response = await send(sent)
    expect([response.status, await response.json()]).toEqual([200, { ...told, content: 'note' }])
  })

  it.each([[['person-token']], [['person-token', 'mission-header']]] as const)(
    'is removed beside a token of draft 11, when %s is served [MISS-8, MISS-13]',
    async (generations) => {
      const { send } = await host(({ resource }) => new Hono().get('/notes', protect(resource), tell), {
        generations,
      })
      const response = await send({ mission, headers: { 'x-tag': 'a' } })
      expect([response.status, await response.json()]).toEqual([200, told])
    },
  )

  it('is removed from two lines, when it is not read [MISS-13]', async () => {
    const { send } = await host(({ resource }) => new Hono().get('/notes', protect(resource), tell), {
      generations: ['person-token'],
    })
    const onTheWay = withLines(['AAuth-Mission', text], [name, text])
    const response = await send({ headers: { 'x-tag': 'a' }, onTheWay })
    expect([response.status, await response.json()]).toEqual([200, told])
  })
})

/** A `Request` of a host whose headers cannot be changed. */
function sealed(request: Request): Request {
  const headers = new Headers(request.headers)
  Object.defineProperty(headers, 'delete', {
    value() {
      throw new TypeError('immutable')
    },
  })
  return Object.defineProperty(request, 'headers', { value: headers })
}

describe('AAuth-Mission behind protect of Hono on a host whose headers are immutable', () => {
  it.each([
    ['is removed, and the content can be read', false],
    ['is removed after the content was read, and the content can be read again', true],
  ])('%s [MISS-13]', async (_, before) => {
    const { resource, agent, net } = await makeWorld()
    const app = new Hono()
      .use(async (c, next) => {
        if (before) await c.req.text()
        await next()
      })
      .use(protect(resource))
      .use(protect(resource, { mission: 'required' }))
      .all('/notes', async (c) => c.json({ forms: formsOf(c), content: await c.req.text() }))
    const token = await agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    for (const digest of [false, true]) {
      const message = await agent.sign(
        `${net.resource}/notes`,
        { method: 'POST', body: 'note' },
        { token, mission, digest },
      )
      const response = await app.fetch(sealed(toRequest(message)))
      expect([response.status, await response.json()]).toEqual([200, { forms: absent, content: 'note' }])
    }
  })
})

describe('AAuth-Mission of a request without a credential', () => {
  it.each([
    ['of an optional route', { method: 'GET' }],
    [
      'of a preflight that passes',
      {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
      },
    ],
  ])('is removed from the request %s [MISS-13]', async (_, { method, headers }: RequestInit) => {
    let forms: unknown
    const { resource } = await makeWorld({ cors: true })
    const app = new Hono().use(protect(resource, { optional: true })).all('/notes', (c) => {
      forms = formsOf(c)
      return c.body(null, 204)
    })
    const sent = {
      method: method ?? '',
      headers: { ...(headers as Record<string, string>), 'aauth-mission': text },
    }
    const response = await app.fetch(new Request('https://notes.example/notes', sent))
    expect([response.status, forms]).toEqual([204, absent])
  })
})
