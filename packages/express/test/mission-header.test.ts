import { createResource, type Resource } from '@aauth-guard/core'
import { getAuth, protect, verifyDigest } from '@aauth-guard/express'
import { mission } from '@aauth-guard/fixtures/missions'
import { type Sent, serve, withLines } from '@aauth-guard/fixtures/served'
import type { ErrorRequestHandler, Request, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

const line = ['AAuth-Mission', 'approver="https://ps.example"; s256="x"'] as const

/** Every property in which a handler can read a header. */
function formsOf(req: Request): Record<string, unknown> {
  const name = 'aauth-mission'
  return {
    headers: req.headers[name],
    listed: Object.keys(req.headers).includes(name),
    raw: req.rawHeaders.filter((one, index) => index % 2 === 0 && one.toLowerCase() === name),
    distinct: req.headersDistinct[name],
    get: req.get('AAuth-Mission'),
    header: req.header(name),
  }
}
const absent = { raw: [], listed: false }
const tell: RequestHandler = (req, res) => {
  res.json({
    forms: formsOf(req),
    tag: [req.get('x-tag'), req.headersDistinct['x-tag']],
    content: typeof req.body === 'string' ? req.body : null,
  })
}
const told = { forms: absent, tag: ['a', ['a']], content: null }

const another = (resource: Resource, fetch: typeof globalThis.fetch, now: () => number): Resource =>
  createResource({ issuer: resource.issuer, trust: 'any', fetch, now })

describe.each(expressLines)('AAuth-Mission behind protect on %s', (_, express) => {
  async function answered(guards: (resource: Resource) => RequestHandler[], sent: Sent = {}, options = {}) {
    const served = await serve(
      ({ resource }) =>
        express().all('/notes', ...guards(resource), express.text({ verify: verifyDigest }), tell),
      options,
    )
    const token =
      sent.token ?? (await served.agent.authToken({ generation: 'mission-header', mission: mission.s256 }))
    const response = await served.send({ mission, headers: { 'x-tag': 'a' }, ...sent, token })
    return [response.status, await response.json()]
  }

  it('is removed from every property, and nothing else is [MISS-13, L03]', async () => {
    expect(await answered((resource) => [protect(resource)])).toEqual([200, told])
  })

  it('is removed, and the content can be read [MISS-13]', async () => {
    const sent = { method: 'POST', headers: { 'x-tag': 'a', 'content-type': 'text/plain' }, body: 'note' }
    const expected = [200, { ...told, content: 'note' }]
    expect(await answered((resource) => [protect(resource)], sent)).toEqual(expected)
    expect(await answered((resource) => [protect(resource)], { ...sent, digest: true })).toEqual(expected)
  })

  it('is removed when a refusal is passed on [MISS-13]', async () => {
    const { send, agent } = await serve(({ resource }) => {
      const tellRefused: ErrorRequestHandler = (_error, req, res, _next) => {
        res.json(formsOf(req))
      }
      const guard = protect(resource, { accept: 'agent-token' }, { passErrors: true })
      return express().get('/notes', guard, tell).use(tellRefused)
    })
    const token = await agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    expect(await (await send({ mission, token })).json()).toEqual(absent)
  })

  it('is removed even if a middleware has read it before [MISS-13]', async () => {
    const read: RequestHandler = (req, _res, next) => {
      formsOf(req)
      next()
    }
    expect(await answered((resource) => [read, protect(resource)])).toEqual([200, told])
  })

  it('is removed even if a middleware has read req.headers before [MISS-13]', async () => {
    const take: RequestHandler = (req, _res, next) => {
      delete req.headers['aauth-mission']
      next()
    }
    expect(await answered((resource) => [take, protect(resource)])).toEqual([200, told])
  })

  it('is verified by a second guard, and by one of another resource [MISS-13, E23]', async () => {
    const served = await serve(({ resource, net }) =>
      express().all(
        '/notes',
        protect(resource),
        protect(resource, { mission: 'required' }),
        protect(another(resource, net.fetch, net.clock.now), { mission: 'required' }),
        tell,
      ),
    )
    const token = await served.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    const response = await served.send({ method: 'POST', mission, headers: { 'x-tag': 'a' }, token })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it('is removed for a caller without a credential [MISS-13]', async () => {
    const { url, sign } = await serve(({ resource }) =>
      express().get('/notes', protect(resource, { optional: true }), tell),
    )
    expect(await sign()).toBeDefined()
    const response = await fetch(`${url}/notes`, { headers: { [line[0]]: line[1], 'x-tag': 'a' } })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it.each([[['person-token']], [['person-token', 'mission-header']]] as const)(
    'is removed beside a token of draft 11, when %s is served [MISS-8, MISS-13]',
    async (generations) => {
      const served = await serve(({ resource }) => express().get('/notes', protect(resource), tell), {
        generations,
      })
      const response = await served.send({ mission, headers: { 'x-tag': 'a' } })
      expect([response.status, await response.json()]).toEqual([200, told])
    },
  )

  it('is removed from two lines, when it is not read [MISS-13]', async () => {
    const served = await serve(({ resource }) => express().get('/notes', protect(resource), tell), {
      generations: ['person-token'],
    })
    const onTheWay = withLines(line, ['aauth-mission', line[1]])
    const response = await served.send({ headers: { 'x-tag': 'a' }, onTheWay })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it('is removed from a preflight [MISS-13]', async () => {
    let forms: unknown
    const { url } = await serve(
      ({ resource }) =>
        express()
          .all('/notes', protect(resource))
          .use((req, res) => {
            forms = formsOf(req)
            res.sendStatus(204)
          }),
      { cors: true },
    )
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'GET',
      [line[0]]: line[1],
    }
    const response = await fetch(`${url}/notes`, { method: 'OPTIONS', headers })
    expect([response.status, forms]).toEqual([
      204,
      { ...absent, headers: undefined, distinct: undefined, get: undefined, header: undefined },
    ])
  })

  it('does not change the mission of the identity, which is that of the token [MISS-13]', async () => {
    const served = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (req, res) => {
        res.json(getAuth(req, 'auth-token').mission ?? null)
      }),
    )
    const without = await served.agent.authToken({ generation: 'mission-header' })
    const within = await served.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    expect(await (await served.send({ mission, token: without })).json()).toBeNull()
    expect(await (await served.send({ mission, token: within })).json()).toEqual(mission)
  })
})
