import { gzipSync } from 'node:zlib'
import { type AgentRequest, dial } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxies } from './installed-proxies.ts'
import { startWorld, type TargetWorld } from './target-world.ts'

const post: AgentRequest = {
  method: 'POST',
  body: '{"a":1}',
  headers: { 'content-type': 'application/json' },
}

describe.each(['express', 'koa', 'fastify', 'hono', 'fetch', 'gateway', ...proxies])('on %s', (adapter) => {
  let world: TargetWorld
  let token: string
  beforeAll(async () => {
    world = await startWorld(adapter)
    token = await world.agent.agentToken()
  }, 60_000)
  afterAll(() => world.end())

  describe('the target accepts content', () => {
    it.each<[string, AgentRequest]>([
      ['of any type', { method: 'PUT', body: 'plain', headers: { 'content-type': 'text/plain' } }],
      ['without a type', { method: 'PATCH', body: 'plain' }],
      ['that is not JSON although it says so', { ...post, body: '{' }],
      ['in an unknown encoding', { ...post, headers: { 'content-encoding': 'x-own' } }],
      ['of a megabyte', { ...post, body: 'x'.repeat(1_048_576) }],
      ['with GET', { ...post, method: 'GET' }],
    ])('%s', async (_title, request) => {
      expect((await world.call(token, '/agent', request)).status).toBe(200)
    })

    // Tests that do not apply are left out, since a run that skips tests proves less.
    if (proxies.includes(adapter)) {
      it('not under a digest that is covered, which forward auth cannot compare', async () => {
        expect((await world.call(token, '/agent', post, { digest: true })).status).toBe(400)
      })
      return
    }

    it.each<[string, AgentRequest]>([
      ['', post],
      ['that is empty', { method: 'POST', body: '' }],
      [
        'that is compressed',
        { ...post, body: new Uint8Array(gzipSync('{"a":1}')), headers: { 'content-encoding': 'gzip' } },
      ],
    ])('%s under a digest that is covered', async (_title, request) => {
      const response = await world.call(token, '/agent', request, { digest: true })
      const { auth } = (await response.json()) as { auth: { covered: string[] } }
      expect([response.status, auth.covered.includes('content-digest')]).toEqual([200, true])
    })

    it('only if it is the content that was signed [SIG-12]', async () => {
      const message = await world.sign(token, '/agent', post, { digest: true })
      const response = await dial(world.target.url, { ...message, body: new TextEncoder().encode('{"a":2}') })
      expect([response.status, response.headers.get('signature-error')]).toEqual([
        401,
        'error=invalid_signature',
      ])
    })
  })

  describe('the path of a request', () => {
    it.each(['/a/:id', '/files/*', '/(x)[y]!+', '/a%2Fb', '/Case'])(
      '%s matches the path of a route literally',
      async (path) => {
        expect((await world.call(token, path)).status).toBe(200)
      },
    )

    it.each(['/a/7', '/files/x', '/files/', '/a/b', '/case', '/Case/', '/agent/', '/Agent'])(
      'the path of a route does not match %s',
      async (path) => {
        expect((await world.call(token, path)).status).toBe(404)
      },
    )

    it('matches with a query, and in absolute form', async () => {
      const query = await world.call(token, '/agent?x=1')
      const message = await world.sign(token, '/agent')
      const absolute = await dial(world.target.url, { ...message, target: 'http://api.example/agent' })
      expect([query.status, absolute.status]).toEqual([200, 200])
    })
  })

  describe('the target keeps serving', () => {
    it('after requests that it refused', async () => {
      const statuses: number[] = []
      for (const mistake of ['stale', 'no-token', 'wrong-key', 'omit-path', 'two-jwt-labels'] as const)
        statuses.push((await world.call(token, '/agent', {}, { mistake })).status)
      statuses.push((await world.call(token, '/agent')).status)
      expect(statuses).toEqual([401, 401, 401, 401, 401, 200])
    })
  })
})
