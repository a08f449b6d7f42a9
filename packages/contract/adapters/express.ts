import { createRequire } from 'node:module'
import { isAAuthError, type Resource, stepUp } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, requireGrant, verifyDigest, wellKnown } from '@aauth-guard/express'
import express5, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
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
import { addBeside } from './beside/express.ts'

/** Express 4 has the same types as far as they are used here. */
const express4 = createRequire(import.meta.url)('express4') as typeof express5

export const expressAdapters: readonly Adapter[] = [
  { name: 'Express 5', build: (resource) => build(express5, resource) },
  { name: 'Express 4', build: (resource) => build(express4, resource) },
]

function build(express: typeof express5, resource: Resource): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(wellKnown(resource))

  app.all('/whoami', protect(resource, demands.anyone), tell)
  app.get('/identity', protect(resource, demands.anyone), (req, res) => send(res, JSON.stringify(req.aauth)))
  app.get('/agents', protect(resource, demands.agents), tell)
  app.get('/people', protect(resource, demands.people), tell)
  app.get('/notes', protect(resource, demands.read), tell)
  app.post('/notes', protect(resource, demands.write), express.json(), tellContent)
  app.get('/notes/:id', protect(resource, demands.read), (req, res) =>
    send(res, `${callerText(req.aauth)} reads ${req.params.id}`),
  )
  app.get('/more', protect(resource, demands.read), (req) =>
    stepUp(resource, getAuth(req, 'auth-token'), more),
  )
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
  app.get('/heard', protect(resource, demands.anyone), protect(resource), (req, res) =>
    send(res, heardText(req.aauth, req.get('aauth-mission'))),
  )
  app.get('/denied', protect(resource, demands.denied), tell)
  app.get('/broken', protect(resource, demands.broken), tell)
  addBeside(app, resource)
  app.all('/open', protect(resource, optionally), tell)
  app.all('/once', protect(resource, demands.once), tell)
  app.all('/twice', protect(resource, demands.anyone), protect(resource), tell)
  app.get('/admin', protect(resource, demands.anyone), (_req, res) => send(res, 'the admin area'))
  app.get('/failing', protect(resource, demands.anyone), () => {
    throw new Error('the handler failed')
  })
  app.get('/passed-on', protect(resource, demands.anyone, { passErrors: true }), tell, tellRefusal)

  app.get(
    '/more-passed-on',
    protect(resource, demands.read, { passErrors: true }),
    (req: Request) => stepUp(resource, getAuth(req, 'auth-token'), more),
    tellRefusal,
  )

  const body = express.Router()
  body.use(protect(resource, demands.anyone))
  body.post('/json', express.json(), tellContent)
  body.post('/form', express.urlencoded({ extended: false }), tellContent)
  body.post('/text', express.text(), tellContent)
  body.post('/multipart', express.raw({ type: 'multipart/form-data' }), tellForm)
  body.post('/stream', (req, res, next) => {
    streamText(req.aauth, req).then((text) => send(res, text), next)
  })
  body.post('/unread', tell)
  app.use('/body', body)
  app.post('/late', express.json({ verify: verifyDigest }), protect(resource), tellContent)
  app.post('/consumed', express.json(), protect(resource), tell)

  const deep = express.Router()
  deep.get('/x', tell)
  const api = express.Router()
  api.use(protect(resource, demands.anyone))
  api.get('/x', tell)
  api.get('/items/:id', (req, res) => send(res, `${callerText(req.aauth)} reads ${req.params.id}`))
  api.use('/deep', deep)
  app.use('/api', api)
  app.use('/v2', api)
  const mounted = express()
  mounted.disable('x-powered-by').disable('etag')
  mounted.get('/x', protect(resource, demands.anyone), tell)
  app.use('/mounted', mounted)

  app.use('/cors', protect(resource), (req, res, next) => {
    res.set(corsFields)
    if (req.method === 'OPTIONS' && req.path === '/x') res.status(204).end()
    else next()
  })
  app.all('/cors/x', tell)
  app.all('/cors/leaky', (_req, res) => send(res, 'the notes of somebody'))

  app.use(protect(resource, demands.anyone), (_req, res) => {
    send(res.status(404), 'nothing here')
  })
  app.use(answerRefusals(), tellError)
  return app
}

const tell: RequestHandler = (req, res) => send(res, callerText(req.aauth))
const tellContent: RequestHandler = (req, res) => send(res, sentText(req.aauth, req.body))
const tellForm: RequestHandler = (req, res, next) => {
  const headers = { 'content-type': req.headers['content-type'] ?? '' }
  new globalThis.Response(req.body, { headers })
    .formData()
    .then((form) => send(res, sentText(req.aauth, formFields(form))), next)
}
const tellRefusal: ErrorRequestHandler = (error, _req, res, next) => {
  if (isAAuthError(error)) send(res.status(418), `refused with ${error.code}`)
  else next(error)
}
const tellError: ErrorRequestHandler = (error, _req, res, _next) => {
  send(res.status(error.status ?? 500), error.message)
}

function send(res: Response, text: string): void {
  res.set('content-type', plainText).send(text)
}
