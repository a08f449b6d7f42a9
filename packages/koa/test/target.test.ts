import { type OnTheWay, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { protect, wellKnown } from '@aauth-guard/koa'
import Router from '@koa/router'
import express from 'express'
import mount from 'koa-mount'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

const retarget =
  (target: string): OnTheWay =>
  (message) => ({ ...message, target })

describe.each(koaLines)('the request target on %s', (_, Koa) => {
  it.each([
    ['koa-mount', '/v1/x'],
    ['koa-mount in koa-mount', '/deep/v1/x'],
    ['an Express app around the Koa app', '/outer/v1/x'],
  ])('is the called one, behind %s [E21]', async (_title, target) => {
    const { send } = await serve(({ resource }) => {
      const api = new Koa().use(protect(resource)).use((ctx) => {
        ctx.body = ctx.path
      })
      const app = new Koa().use(mount('/v1', api)).use(mount('/deep', mount('/v1', api)))
      return express().use('/outer', app.callback()).use(app.callback())
    })
    const called = await send({ target })
    const inside = await send({ target: '/x', onTheWay: retarget(target) })
    expect([called.status, await called.text(), await verdictOf(inside)]).toEqual([
      200,
      '/x',
      [401, 'invalid_signature'],
    ])
  })

  it('selects the documents of the resource only at the root of the called path', async () => {
    const path = '/.well-known/aauth-resource.json'
    const { sendUnsigned } = await serve(({ resource }) => {
      const app = new Koa()
        .use(mount('/v1', wellKnown(resource)))
        .use(mount('/.well-known', wellKnown(resource)))
      return express().use('/outer', app.callback()).use(app.callback())
    })
    const statuses = [path, `/v1${path}`, `/outer${path}`].map(
      async (target) => (await sendUnsigned('GET', target)).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 404, 404])
  })

  it.each([
    ['the default, which bypasses the guard', {}, 200],
    ['sensitive, as the README recommends', { sensitive: true }, 404],
  ])(
    'in capitals passes router.use of @koa/router unless the router is case-sensitive: %s',
    async (_title, options, status) => {
      const { sendUnsigned } = await serve(({ resource }) => {
        const api = new Router({ prefix: '/api', ...options })
        api.use(protect(resource))
        api.get('/x', (ctx) => {
          ctx.body = ctx.state.aauth === undefined ? 'nobody' : 'somebody'
        })
        return new Koa().use(api.routes()).callback()
      })
      const small = await sendUnsigned('GET', '/api/x')
      const capitals = await sendUnsigned('GET', '/API/x')
      expect([small.status, capitals.status]).toEqual([401, status])
    },
  )

  it('in capitals is guarded by a guard on the route of @koa/router, and by one before the router', async () => {
    const { sendUnsigned } = await serve(({ resource }) => {
      const api = new Router({ prefix: '/api' })
      api.get('/x', protect(resource), (ctx) => {
        ctx.body = 'notes'
      })
      return express().use(new Koa().use(api.routes()).callback())
    })
    expect((await sendUnsigned('GET', '/API/x')).status).toBe(401)
  })
})
