import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { aauth, getAuth, protect, requireGrant, wellKnown } from '@aauth-guard/fastify'
import fastify, {
  type FastifyInstance,
  type FastifyRequest,
  type preParsingHookHandler,
  type RouteHandler,
  type RouteShorthandOptions,
} from 'fastify'
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
import { addBeside } from './beside/fastify.ts'

export const fastifyAdapter: Adapter = {
  name: 'Fastify',
  build(resource) {
    const app = build(resource)
    return (request, response) => {
      app.ready(() => app.routing(request, response))
    }
  },
}

function build(resource: Resource): FastifyInstance {
  const app = fastify()
  app.addHttpMethod('PROPFIND', { hasBody: true })
  const anyone = protect(resource, demands.anyone)
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    reply.code(error.statusCode ?? 500).send(error.message)
  })
  app.addHook('onRequest', wellKnown(resource))
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) anyone(request, reply, done)
    else done()
  })
  app.setNotFoundHandler(nothing)
  addParsers(app)
  app.register(aauth(resource))
  app.register(addRoutes(resource))
  for (const prefix of ['/api', '/v2']) app.register(addApi(resource), { prefix })
  app.register(addContentRoutes(resource), { prefix: '/body' })
  app.register(addCors(resource), { prefix: '/cors' })
  app.register(
    async (mounted) => {
      mounted.get('/x', { onRequest: anyone }, tell)
    },
    { prefix: '/mounted' },
  )
  return app
}

type Routes = (app: FastifyInstance) => Promise<void>

function addRoutes(resource: Resource): Routes {
  const anyone = protect(resource, demands.anyone)
  return async (app) => {
    app.all('/whoami', { config: { aauth: demands.anyone } }, tell)
    app.get('/identity', { config: { aauth: demands.anyone } }, ({ aauth }) => JSON.stringify(aauth))
    app.get('/agents', { config: { aauth: demands.agents } }, tell)
    app.get('/people', { config: { aauth: demands.people } }, tell)
    app.get('/notes', { config: { aauth: demands.read } }, tell)
    app.post('/notes', { config: { aauth: demands.write } }, tellContent)
    app.get<{ Params: { id: string } }>(
      '/notes/:id',
      { config: { aauth: demands.read } },
      ({ aauth, params }) => `${callerText(aauth)} reads ${params.id}`,
    )
    app.get('/more', { config: { aauth: demands.read } }, (request) =>
      stepUp(resource, getAuth(request, 'auth-token'), more),
    )
    app.get('/query', { config: { aauth: demands.query } }, tell)
    app.get('/mission', { config: { aauth: demands.mission } }, tell)
    app.get('/accounts/:id', { config: { aauth: demands.account } }, tell)
    app.get('/class', { config: { aauth: demands.class } }, tell)
    app.get('/runs', { onRequest: anyone, preHandler: requireGrant(() => grant) }, tell)
    app.get('/heard', { onRequest: [anyone, protect(resource)] }, ({ aauth, headers }) =>
      heardText(aauth, headers['aauth-mission'] as string | undefined),
    )
    app.get('/denied', { onRequest: protect(resource, demands.denied) }, tell)
    app.get('/broken', { onRequest: protect(resource, demands.broken) }, tell)
    addBeside(app, resource)
    app.all('/open', { onRequest: protect(resource, optionally) }, tell)
    app.all('/once', { onRequest: protect(resource, demands.once) }, tell)
    app.all('/twice', { onRequest: [anyone, protect(resource)] }, tell)
    app.get('/admin', { onRequest: anyone }, () => 'the admin area')
    app.get('/failing', { onRequest: anyone }, () => {
      throw new Error('the handler failed')
    })
    app.get(
      '/passed-on',
      { onRequest: protect(resource, demands.anyone, { passErrors: true }), errorHandler: tellRefusal },
      tell,
    )
    app.get(
      '/more-passed-on',
      { onRequest: protect(resource, demands.read, { passErrors: true }), errorHandler: tellRefusal },
      (request) => stepUp(resource, getAuth(request, 'auth-token'), more),
    )
    app.post('/late', { preHandler: protect(resource) }, tellContent)
    app.post('/consumed', { preHandler: protect(resource) }, tell)
  }
}

function addApi(resource: Resource): Routes {
  return async (api) => {
    api.addHook('onRequest', protect(resource, demands.anyone))
    api.get('/x', tell)
    api.get<{ Params: { id: string } }>(
      '/items/:id',
      ({ aauth, params }) => `${callerText(aauth)} reads ${params.id}`,
    )
    api.register(async (deep) => void deep.get('/x', tell), { prefix: '/deep' })
  }
}

function addContentRoutes(resource: Resource): Routes {
  return async (body) => {
    body.addHook('onRequest', protect(resource, demands.anyone))
    body.post('/json', { preParsing: inflate }, tellContent)
    body.post('/form', tellContent)
    body.post('/text', tellContent)
    body.post('/multipart', async (request) => {
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      const content = Readable.toWeb(request.body as Readable) as ReadableStream
      return sentText(request.aauth, formFields(await new Response(content, { headers }).formData()))
    })
    body.post('/stream', ({ aauth, body: content }) => streamText(aauth, content as Readable))
    body.post('/unread', tell)
  }
}

function addCors(resource: Resource): Routes {
  return async (cors) => {
    cors.addHook('onRequest', protect(resource))
    cors.addHook('onRequest', (request, reply, done) => {
      reply.headers(corsFields)
      if (request.method === 'OPTIONS' && request.url === '/cors/x') reply.code(204).send()
      else done()
    })
    cors.all('/x', tell)
    cors.all('/leaky', () => 'the notes of somebody')
    cors.setNotFoundHandler(nothing)
  }
}

/** What Fastify reads beside JSON and text. */
function addParsers(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, content, done) => done(null, Object.fromEntries(new URLSearchParams(content as string))),
  )
  app.addContentTypeParser('*', (_request, content, done) => done(null, content))
}

/** As `@fastify/compress` does it: the length of the content is that of what was sent. */
const inflate: preParsingHookHandler = ({ headers }, _reply, payload, done) => {
  if (headers['content-encoding'] !== 'gzip') return done(null, payload)
  const receivedEncodedLength = Number(headers['content-length'])
  done(null, Object.assign(payload.pipe(createGunzip()), { receivedEncodedLength }))
}

const tell = ({ aauth }: FastifyRequest): string => callerText(aauth)
const tellContent = ({ aauth, body }: FastifyRequest): string => sentText(aauth, body)
const nothing: RouteHandler = (_request, reply) => {
  reply.code(404).send('nothing here')
}

const tellRefusal: NonNullable<RouteShorthandOptions['errorHandler']> = (error, _request, reply) => {
  if (!isAAuthError(error)) throw error
  reply.code(418).send(`refused with ${error.code}`)
}
