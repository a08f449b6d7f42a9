import { Readable } from 'node:stream'
import { serve } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/koa'
import { dial } from '@aauth-guard/testing'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

const secret = 'the notes of somebody'
const preflight = {
  method: 'OPTIONS',
  url: 'https://notes.example/notes',
  target: '/notes',
  headers: [
    ['origin', 'https://app.example'],
    ['access-control-request-method', 'POST'],
  ],
  base: '',
} as const

/** Ways to answer, each with something that an unauthenticated client must not see. */
const answers: Readonly<Record<string, Middleware>> = {
  'a text': (ctx) => {
    ctx.body = secret
  },
  JSON: (ctx) => {
    ctx.body = { notes: secret }
  },
  'a buffer': (ctx) => {
    ctx.body = Buffer.from(secret)
  },
  'a stream': (ctx) => {
    ctx.body = Readable.from([secret, secret])
  },
  'the response of Node itself': (ctx) => {
    ctx.respond = false
    ctx.res.statusCode = 200
    ctx.res.write(secret)
    ctx.res.end(secret)
  },
  'an error that shows': (ctx) => ctx.throw(400, secret),
}

describe.each(koaLines)('a preflight on %s', (_, Koa) => {
  it.each(Object.entries(answers))(
    'is answered without content when a handler answers with %s [M20]',
    async (_title, handler) => {
      const { url } = await serve(
        ({ resource }) => {
          const app = new Koa().use(protect(resource)).use(handler)
          app.silent = true
          return app.callback()
        },
        { cors: true },
      )
      const response = await dial(url, preflight)
      expect([response.status < 401, await response.text()]).toEqual([true, ''])
    },
  )

  it('keeps the status and the fields of CORS middleware, which gets no identity [M20]', async () => {
    let caller: unknown = 'not asked'
    const { url } = await serve(
      ({ resource }) =>
        new Koa()
          .use(protect(resource))
          .use((ctx) => {
            caller = ctx.state.aauth
            ctx.set('access-control-allow-origin', '*')
            ctx.status = 204
          })
          .callback(),
      { cors: true },
    )
    const response = await dial(url, preflight)
    expect([response.status, response.headers.get('access-control-allow-origin'), caller]).toEqual([
      204,
      '*',
      undefined,
    ])
  })

  it('is guarded like any request unless the resource has cors [M20]', async () => {
    const { url } = await serve(({ resource }) => new Koa().use(protect(resource)).callback())
    expect((await dial(url, preflight)).status).toBe(401)
  })
})
