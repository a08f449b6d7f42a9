import { createResource } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { type Sent, serve, withLines } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/koa'
import type { Context, Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

const text = 'approver="https://ps.example"; s256="x"'

/** Every property in which a handler can read a header. */
function formsOf(ctx: Context): Record<string, unknown> {
  const name = 'aauth-mission'
  return {
    get: ctx.get('AAuth-Mission'),
    headers: ctx.headers[name],
    request: ctx.request.header[name],
    listed: Object.keys(ctx.req.headers).includes(name),
    raw: ctx.req.rawHeaders.filter((one, index) => index % 2 === 0 && one.toLowerCase() === name),
    distinct: ctx.req.headersDistinct[name],
    json: JSON.stringify(ctx.request.toJSON()).includes(`"${name}":`),
  }
}
const absent = { get: '', listed: false, raw: [], json: false }
const tell: Middleware = async (ctx) => {
  let content = ''
  for await (const chunk of ctx.req) content += chunk
  ctx.body = { forms: formsOf(ctx), tag: [ctx.get('x-tag'), ctx.req.headersDistinct['x-tag']], content }
}
const told = { forms: absent, tag: ['a', ['a']], content: '' }

describe.each(koaLines)('AAuth-Mission behind protect on %s', (_, Koa) => {
  async function answered(optional: boolean, sent: Sent, options = {}) {
    const served = await serve(
      ({ resource }) => new Koa().use(protect(resource, { optional })).use(tell).callback(),
      options,
    )
    const token = await served.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    const response = await served.send({ mission, headers: { 'x-tag': 'a' }, token, ...sent })
    return [response.status, await response.json()]
  }

  it.each<[string, Sent, string]>([
    ['without content', {}, ''],
    ['with content', { method: 'POST', body: 'note' }, 'note'],
    ['with content that was compared', { method: 'POST', body: 'note', digest: true }, 'note'],
  ])(
    'is removed from every property, and nothing else is, %s [MISS-13, L03]',
    async (_title, sent, content) => {
      expect(await answered(false, sent)).toEqual([200, { ...told, content }])
    },
  )

  it('is removed when a refusal is passed on [MISS-13]', async () => {
    const { send, agent } = await serve(({ resource }) =>
      new Koa()
        .use(async (ctx, next) => {
          await next().catch(() => {
            ctx.body = formsOf(ctx)
          })
        })
        .use(protect(resource, { accept: 'agent-token' }, { passErrors: true }))
        .callback(),
    )
    const token = await agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    expect(await (await send({ mission, token })).json()).toEqual(absent)
  })

  it('is verified by a second guard, and by one of another resource [MISS-13, E23]', async () => {
    const { send, agent } = await serve(({ resource, net }) => {
      const { issuer } = resource
      const other = createResource({ issuer, trust: 'any', fetch: net.fetch, now: net.clock.now })
      return new Koa()
        .use(protect(resource))
        .use(protect(resource, { mission: 'required' }))
        .use(protect(other, { mission: 'required' }))
        .use(tell)
        .callback()
    })
    const token = await agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    const response = await send({ method: 'POST', mission, headers: { 'x-tag': 'a' }, token })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it('is removed for a caller without a credential [MISS-13]', async () => {
    const { url } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource, { optional: true }))
        .use(tell)
        .callback(),
    )
    const response = await fetch(`${url}/notes`, { headers: { 'AAuth-Mission': text, 'x-tag': 'a' } })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it.each([[['person-token']], [['person-token', 'mission-header']]] as const)(
    'is removed beside a token of draft 11, when %s is served [MISS-8, MISS-13]',
    async (generations) => {
      const served = await serve(({ resource }) => new Koa().use(protect(resource)).use(tell).callback(), {
        generations,
      })
      const response = await served.send({ mission, headers: { 'x-tag': 'a' } })
      expect([response.status, await response.json()]).toEqual([200, told])
    },
  )

  it('is removed from two lines, when it is not read [MISS-13]', async () => {
    const served = await serve(({ resource }) => new Koa().use(protect(resource)).use(tell).callback(), {
      generations: ['person-token'],
    })
    const onTheWay = withLines(['AAuth-Mission', text], ['aauth-mission', text])
    const response = await served.send({ headers: { 'x-tag': 'a' }, onTheWay })
    expect([response.status, await response.json()]).toEqual([200, told])
  })

  it('is removed from a preflight [MISS-13]', async () => {
    let forms: unknown
    const { url } = await serve(
      ({ resource }) =>
        new Koa()
          .use(protect(resource))
          .use((ctx) => {
            forms = formsOf(ctx)
            ctx.status = 204
          })
          .callback(),
      { cors: true },
    )
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'GET',
      'aauth-mission': text,
    }
    const response = await fetch(`${url}/notes`, { method: 'OPTIONS', headers })
    expect([response.status, forms]).toEqual([
      204,
      { ...absent, headers: undefined, request: undefined, distinct: undefined },
    ])
  })
})
