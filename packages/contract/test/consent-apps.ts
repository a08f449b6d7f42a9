import type { RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { answer, authorize, type Resource } from '@aauth-guard/core'
import { accessFieldsFor, answerRoutes } from '@aauth-guard/core/adapter'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNext from '@aauth-guard/nextjs'
import { getRequestListener } from '@hono/node-server'
import express5 from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa3 from 'koa'
import { notesAccess } from '../../../examples/consent/access.ts'
import { nodeListener } from '../../../examples/consent/pages/node-listener.ts'
import type { Pages } from '../../../examples/consent/pages/pages.ts'
import { nextListener } from '../adapters/next-server.ts'
import { nestOnExpress, nestOnFastify } from './consent-apps-nest.ts'
import { notesText } from './consent-notes.ts'

/** The route `/notes` of the example behind an adapter, and its pages beside it, as each framework mounts them. */
export type ConsentApp = (resource: Resource, pages: Pages) => RequestListener

const load = createRequire(import.meta.url)
const pagesPath = '/agents'

export const consentApps: Readonly<Record<string, ConsentApp>> = {
  'Express 5': (resource, pages) => expressApp(express5, resource, pages),
  'Express 4': (resource, pages) => expressApp(load('express4') as typeof express5, resource, pages),
  'Koa 3': (resource, pages) => koaApp(Koa3, resource, pages),
  'Koa 2': (resource, pages) => koaApp(load('koa2') as typeof Koa3, resource, pages),
  Fastify: fastifyApp,
  'NestJS on Express': nestOnExpress,
  'NestJS on Fastify': nestOnFastify,
  Hono: honoApp,
  fetchGuard(resource, pages) {
    const { read } = notesAccess(resource)
    const notes = fetchGuard(resource, read)(async (_request, auth) => new Response(notesText(auth)))
    const own = onHono.wellKnown(resource)
    // A host has no routes of the resource of its own; those of Hono take a Request.
    const app = new Hono().use(own).all('/notes', (c) => notes(c.req.raw))
    return listenerOf((request) => (isPage(request) ? pages(request) : app.fetch(request)))
  },
  'node:http': nodeApp,
  'Next.js'(resource, pages) {
    const own = onNext.wellKnown(resource)
    const { read } = notesAccess(resource)
    const notes = onNext.protect(
      resource,
      read,
      async (request) => new Response(notesText(onNext.getAuth(request, 'agent-token'))),
    )
    return nextListener((request) => {
      if (isPage(request)) return pages(request)
      const isNotes = new URL(request.url).pathname === '/notes'
      return isNotes ? notes(request) : own[request.method as 'GET'](request)
    })
  },
}

function expressApp(express: typeof express5, resource: Resource, pages: Pages): RequestListener {
  const app = express()
  app.use(onExpress.wellKnown(resource))
  app.use(pagesPath, nodeListener(pages))
  app.get('/notes', onExpress.protect(resource, notesAccess(resource).read), (req, res) => {
    res.send(notesText(onExpress.getAuth(req, 'agent-token')))
  })
  app.use(onExpress.answerRefusals())
  return app as RequestListener
}

function koaApp(Koa: typeof Koa3, resource: Resource, pages: Pages): RequestListener {
  const servePages = nodeListener(pages)
  const app = new Koa()
  app.use(onKoa.wellKnown(resource))
  app.use((ctx, next) => {
    if (ctx.path !== pagesPath && !ctx.path.startsWith(`${pagesPath}/`)) return next()
    ctx.respond = false // the pages answer by themselves
    return servePages(ctx.req, ctx.res)
  })
  app.use(onKoa.protect(resource, notesAccess(resource).read))
  app.use((ctx) => {
    ctx.body = notesText(onKoa.getAuth(ctx, 'agent-token'))
  })
  return app.callback() as RequestListener
}

function fastifyApp(resource: Resource, pages: Pages): RequestListener {
  const servePages = nodeListener(pages)
  const app = fastify()
  app.setErrorHandler(onFastify.answerRefusals)
  app.addHook('onRequest', onFastify.wellKnown(resource))
  // Before the parsers, which take no forms.
  app.addHook('onRequest', (request, reply, done) => {
    if (!isPagePath(request.url)) return done()
    reply.hijack()
    servePages(request.raw, reply.raw)
  })
  app.get('/notes', { onRequest: onFastify.protect(resource, notesAccess(resource).read) }, (request) =>
    notesText(onFastify.getAuth(request, 'agent-token')),
  )
  return (request, response) => {
    app.ready(() => app.routing(request, response))
  }
}

function honoApp(resource: Resource, pages: Pages): RequestListener {
  const app = new Hono()
  app.use(onHono.wellKnown(resource))
  app.all(pagesPath, (c) => pages(c.req.raw))
  app.all(`${pagesPath}/*`, (c) => pages(c.req.raw))
  app.get('/notes', onHono.protect(resource, notesAccess(resource).read), (c) =>
    c.text(notesText(c.var.aauth)),
  )
  return getRequestListener(app.fetch) as RequestListener
}

/** Without a framework and without an adapter. */
function nodeApp(resource: Resource, pages: Pages): RequestListener {
  const { read } = notesAccess(resource)
  const servePages = nodeListener(pages)
  return async (req, res) => {
    if (isPagePath(req.url ?? '')) return servePages(req, res)
    const request = signedRequest(req)
    try {
      const own = await answerRoutes(resource, request, () => readContent(req, 4096))
      if (own !== undefined) return void res.writeHead(own.status, own.headers).end(own.body)
      const auth = await authorize(resource, request, read)
      const text = notesText(auth)
      for (const [name, value] of accessFieldsFor(auth)) res.setHeader(name, value)
      res.end(text)
    } catch (error) {
      const { status, headers, body } = await answer(error)
      res.writeHead(status, headers).end(body)
    }
  }
}

function listenerOf(serve: (request: Request) => Response | Promise<Response>): RequestListener {
  return getRequestListener(serve) as RequestListener
}

function isPage({ url }: Request): boolean {
  return isPagePath(new URL(url).pathname)
}

function isPagePath(target: string): boolean {
  return /^\/agents(?:$|[/?])/.test(target)
}
