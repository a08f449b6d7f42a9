import { type Auth, isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { protect, requireGrant, wellKnown } from '@aauth-guard/hono'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import {
  callerText,
  corsFields,
  demands,
  formFields,
  grant,
  heardText,
  more,
  optionally,
  plainText,
  sentText,
  streamText,
} from '../api.ts'
import type { Adapter } from './adapter.ts'
import { besideApp } from './beside/hono.ts'
import { inflated } from './inflated.ts'

export const honoAdapter: Adapter = {
  name: 'Hono',
  build: (resource) => getRequestListener(build(resource).fetch) as never,
}

type Caller = { Variables: { aauth: Auth | undefined } }

function build(resource: Resource): Hono<Caller> {
  const app = new Hono<Caller>()
  app.onError((error, c) =>
    isAAuthError(error) ? text(c, `refused with ${error.code}`, 418) : text(c, error.message, 500),
  )
  app.use(wellKnown(resource))

  app.all('/whoami', protect(resource, demands.anyone), tell)
  app.get('/identity', protect(resource, demands.anyone), (c) => text(c, JSON.stringify(c.var.aauth)))
  app.get('/agents', protect(resource, demands.agents), tell)
  app.get('/people', protect(resource, demands.people), tell)
  app.get('/notes', protect(resource, demands.read), tell)
  app.post('/notes', protect(resource, demands.write), tellJson)
  app.get('/notes/:id', protect(resource, demands.read), (c) =>
    text(c, `${callerText(c.var.aauth)} reads ${c.req.param('id')}`),
  )
  app.get('/more', protect(resource, demands.read), (c) => stepUp(resource, c.var.aauth, more))
  app.get('/query', protect(resource, demands.query), tell)
  app.get('/mission', protect(resource, demands.mission), tell)
  app.get('/accounts/:id', protect(resource, demands.account), tell)
  app.get('/class', protect(resource, demands.class), tell)
  app.get(
    '/runs',
    protect(resource, demands.anyone),
    requireGrant(() => grant),
    tell,
  )
  app.get('/heard', protect(resource, demands.anyone), protect(resource), (c) =>
    text(c, heardText(c.var.aauth, c.req.header('aauth-mission'))),
  )
  app.get('/denied', protect(resource, demands.denied), tell)
  app.get('/broken', protect(resource, demands.broken), tell)
  app.route('/', besideApp(resource))
  app.all('/open', protect(resource, optionally), tell)
  app.all('/once', protect(resource, demands.once), tell)
  app.all('/twice', protect(resource, demands.anyone), protect(resource), tell)
  app.get('/admin', protect(resource, demands.anyone), (c) => text(c, 'the admin area'))
  app.get('/failing', protect(resource, demands.anyone), () => {
    throw new Error('the handler failed')
  })
  app.get('/passed-on', protect(resource, demands.anyone, { passErrors: true }), tell)

  app.get('/more-passed-on', protect(resource, demands.read, { passErrors: true }), (c) =>
    stepUp(resource, c.var.aauth, more),
  )

  const body = new Hono<Caller>()
  body.use(protect(resource, demands.anyone))
  body.post('/json', tellJson)
  body.post('/form', async (c) => text(c, sentText(c.var.aauth, await c.req.parseBody())))
  body.post('/text', async (c) => text(c, sentText(c.var.aauth, await c.req.text())))
  body.post('/multipart', async (c) => text(c, sentText(c.var.aauth, formFields(await c.req.formData()))))
  body.post('/stream', async (c) => {
    const content = (c.req.raw.body ?? []) as unknown as AsyncIterable<Uint8Array>
    return text(c, await streamText(c.var.aauth, content))
  })
  body.post('/unread', tell)
  app.route('/body', body)
  app.post(
    '/late',
    async (c, next) => {
      await c.req.json()
      await next()
    },
    protect(resource),
    tellJson,
  )

  app.post(
    '/consumed',
    async (c, next) => {
      await c.req.raw.text()
      await next()
    },
    protect(resource),
    tell,
  )

  const deep = new Hono<Caller>()
  deep.get('/x', tell)
  const api = new Hono<Caller>()
  api.use(protect(resource, demands.anyone))
  api.get('/x', tell)
  api.get('/items/:id', (c) => text(c, `${callerText(c.var.aauth)} reads ${c.req.param('id')}`))
  api.route('/deep', deep)
  app.route('/api', api)
  app.route('/v2', api)
  const mounted = new Hono<Caller>()
  mounted.use(protect(resource, demands.anyone))
  mounted.get('/x', tell)
  mounted.notFound((c) => text(c, 'nothing here', 404))
  app.mount('/mounted', mounted.fetch)

  app.use('/cors/*', protect(resource))
  app.use('/cors/*', async (c, next) => {
    if (c.req.method === 'OPTIONS' && c.req.path === '/cors/x') return c.body(null, 204, corsFields)
    await next()
    for (const [name, value] of Object.entries(corsFields)) c.header(name, value)
    return undefined
  })
  app.all('/cors/x', tell)
  app.all('/cors/leaky', (c) => text(c, 'the notes of somebody'))

  app.use(protect(resource, demands.anyone))
  app.notFound((c) => text(c, 'nothing here', 404))
  return app
}

const tell = (c: Context<Caller>) => text(c, callerText(c.var.aauth))
const tellJson = async (c: Context<Caller>) => text(c, sentText(c.var.aauth, await jsonOf(c)))

/** Hono leaves compressed content as it came. */
function jsonOf({ req }: Context): Promise<unknown> {
  return req.header('content-encoding') === 'gzip' ? inflated(req.raw).json() : req.json()
}

function text(c: Context, said: string, status: 200 | 404 | 418 | 500 = 200): Response {
  return c.body(said, status, { 'content-type': plainText })
}
