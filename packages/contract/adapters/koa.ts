import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { protect, requireGrant, wellKnown } from '@aauth-guard/koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa3, { type Middleware } from 'koa'
import mount from 'koa-mount'
import {
  callerText,
  corsFields,
  demands,
  formFields,
  grant,
  heardText,
  more,
  optionally,
  sentText,
  streamText,
} from '../api.ts'
import type { Adapter } from './adapter.ts'
import { addBeside } from './beside/koa.ts'

/** Koa 2 has the same types as far as they are used here. */
const Koa2 = createRequire(import.meta.url)('koa2') as typeof Koa3

/** Without it a guard in `router.use` is passed by in another case (README of the adapter). */
const sensitive = true

export const koaAdapters: readonly Adapter[] = [
  { name: 'Koa 3', build: (resource) => build(Koa3, resource).callback() },
  { name: 'Koa 2', build: (resource) => build(Koa2, resource).callback() },
]

function build(Koa: typeof Koa3, resource: Resource): Koa3 {
  const app = new Koa()
  app.silent = true
  app.use(tellError)
  app.use(wellKnown(resource))

  const router = new Router({ sensitive })
  router.all('/whoami', protect(resource, demands.anyone), tell)
  router.get('/identity', protect(resource, demands.anyone), (ctx) => {
    ctx.body = JSON.stringify(ctx.state.aauth)
  })
  router.get('/agents', protect(resource, demands.agents), tell)
  router.get('/people', protect(resource, demands.people), tell)
  router.get('/notes', protect(resource, demands.read), tell)
  router.post('/notes', protect(resource, demands.write), parser('json'), tellContent)
  router.get('/notes/:id', protect(resource, demands.read), (ctx) => {
    ctx.body = `${callerText(ctx.state.aauth)} reads ${ctx.params.id}`
  })
  router.get('/more', protect(resource, demands.read), (ctx) => stepUp(resource, ctx.state.aauth, more))
  router.get('/query', protect(resource, demands.query), tell)
  router.get('/mission', protect(resource, demands.mission), tell)
  router.get('/accounts/:id', protect(resource, demands.account), tell)
  router.get('/class', protect(resource, demands.class), tell)
  router.get('/runs', protect(resource, demands.anyone), requireGrant(() => grant) as Middleware, tell)
  router.get('/heard', protect(resource, demands.anyone), protect(resource), (ctx) => {
    ctx.body = heardText(ctx.state.aauth, ctx.get('aauth-mission'))
  })
  router.get('/denied', protect(resource, demands.denied), tell)
  router.get('/broken', protect(resource, demands.broken), tell)
  addBeside(router, resource)
  router.all('/open', protect(resource, optionally), tell)
  router.all('/once', protect(resource, demands.once), tell)
  router.all('/twice', protect(resource, demands.anyone), protect(resource), tell)
  router.get('/admin', protect(resource, demands.anyone), (ctx) => {
    ctx.body = 'the admin area'
  })
  router.get('/failing', protect(resource, demands.anyone), () => {
    throw new Error('the handler failed')
  })
  router.get('/passed-on', tellRefusal, protect(resource, demands.anyone, { passErrors: true }), tell)

  router.get('/more-passed-on', tellRefusal, protect(resource, demands.read, { passErrors: true }), (ctx) =>
    stepUp(resource, ctx.state.aauth, more),
  )

  const body = new Router({ prefix: '/body', sensitive })
  body.use(protect(resource, demands.anyone))
  body.post('/json', parser('json'), tellContent)
  body.post('/form', parser('form'), tellContent)
  body.post('/text', parser('text'), tellContent)
  body.post('/multipart', async (ctx) => {
    const headers = { 'content-type': ctx.get('content-type') }
    const form = await new Response(Readable.toWeb(ctx.req) as ReadableStream, { headers }).formData()
    ctx.body = sentText(ctx.state.aauth, formFields(form))
  })
  body.post('/stream', async (ctx) => {
    ctx.body = await streamText(ctx.state.aauth, ctx.req)
  })
  body.post('/unread', tell)
  router.use(body.routes())
  router.post('/late', parser('json'), protect(resource), tellContent)
  router.post('/consumed', parser('json'), protect(resource), tell)

  const deep = new Router({ sensitive })
  deep.get('/x', tell)
  const api = new Router({ sensitive })
  api.use(protect(resource, demands.anyone))
  api.get('/x', tell)
  api.get('/items/:id', (ctx) => {
    ctx.body = `${callerText(ctx.state.aauth)} reads ${ctx.params.id}`
  })
  api.use('/deep', deep.routes())
  router.use('/api', api.routes())
  router.use('/v2', api.routes())
  app.use(router.routes())
  const mounted = new Router({ sensitive })
  mounted.get('/x', protect(resource, demands.anyone), tell)
  app.use(mount('/mounted', mounted.routes() as never))

  const cors = new Koa()
  cors.use(protect(resource))
  cors.use((ctx, next) => {
    ctx.set(corsFields)
    if (ctx.method !== 'OPTIONS' || ctx.path !== '/x') return next()
    ctx.status = 204
    return undefined
  })
  cors.use((ctx, next) => {
    if (ctx.path === '/x') return tell(ctx, next)
    if (ctx.path !== '/leaky') return next()
    ctx.body = 'the notes of somebody'
    return undefined
  })
  app.use(mount('/cors', cors))

  app.use(protect(resource, demands.anyone))
  app.use((ctx) => {
    ctx.status = 404
    ctx.body = 'nothing here'
  })
  return app
}

function parser(type: 'json' | 'form' | 'text'): Middleware {
  return bodyParser({ enableTypes: [type] }) as Middleware
}

const tell: Middleware = (ctx) => {
  ctx.body = callerText(ctx.state.aauth)
}
const tellContent: Middleware = (ctx) => {
  ctx.body = sentText(ctx.state.aauth, (ctx.request as { body?: unknown }).body)
}
const tellRefusal: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    if (!isAAuthError(error)) throw error
    ctx.status = 418
    ctx.body = `refused with ${error.code}`
  }
}
const tellError: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    const { status = 500, message } = error as { status?: number; message: string }
    ctx.status = status
    ctx.body = message
  }
}
