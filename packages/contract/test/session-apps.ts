import type { RequestListener } from 'node:http'
import { type AnyRequirement, type Auth, type Caller, type Resource, stepUp } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { createConsent, grantSession } from '@aauth-guard/core/managed'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNest from '@aauth-guard/nestjs'
import * as onNext from '@aauth-guard/nextjs'
import { getRequestListener } from '@hono/node-server'
import Router from '@koa/router'
import { Controller, Get, HttpCode, Post, Res, type Type } from '@nestjs/common'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { NextRequest } from 'next/server.js'
import { nextListener } from '../adapters/next-server.ts'
import { nestPlatforms } from './nest-listener.ts'

const open = { accept: ['agent-token', 'person-token', 'auth-token'], sessions: true } as const
const reading = { ...open, scope: 'notes.read' } as const

/** What a handler sets, in ignorance of sessions. */
const careless = { 'cache-control': 'public, max-age=60', 'aauth-access': ['of-the-handler', 'and-another'] }
const carelessLines = Object.entries(careless).flatMap(([name, value]) =>
  [value].flat().map((line): [string, string] => [name, line]),
)

/** What the handler of `/agree` does once Alice has agreed. */
async function agree(resource: Resource, auth: Auth): Promise<string> {
  const { id } = await createConsent(resource, auth, { person: 'alice', scope: 'notes.read' })
  await grantSession(resource, auth, id)
  return id
}

function tell({ type, scopes, session }: Auth): string {
  return `${type} ${scopes.join(' ')} of ${session?.person ?? 'nobody'}`
}

const stepping = { scope: 'notes.write' }

/** The same four routes on each adapter: `/agree`, `/notes`, `/empty` and `/more`. */
export const sessionApps: Readonly<Record<string, (resource: Resource) => RequestListener>> = {
  Express(resource) {
    const app = express()
    app.post('/agree', onExpress.protect(resource, open), async (req, res) => {
      res.set(careless).send(await agree(resource, onExpress.getAuth(req, 'agent-token')))
    })
    app.get('/notes', onExpress.protect(resource, reading), (req, res) => {
      res.set(careless).send(tell(req.aauth as Auth))
    })
    app.get('/empty', onExpress.protect(resource, reading), (_req, res) => {
      res.writeHead(204, careless).end()
    })
    app.get('/more', onExpress.protect(resource, reading), (req) =>
      stepUp(resource, req.aauth as Auth, stepping),
    )
    app.use(onExpress.answerRefusals())
    return app as RequestListener
  },
  Koa(resource) {
    const router = new Router()
    router.post('/agree', onKoa.protect(resource, open), async (ctx) => {
      ctx.set(careless)
      ctx.body = await agree(resource, ctx.state.aauth)
    })
    router.get('/notes', onKoa.protect(resource, reading), (ctx) => {
      ctx.set(careless)
      ctx.body = tell(ctx.state.aauth)
    })
    router.get('/empty', onKoa.protect(resource, reading), (ctx) => {
      ctx.set(careless)
      ctx.status = 204
    })
    router.get('/more', onKoa.protect(resource, reading), (ctx) =>
      stepUp(resource, ctx.state.aauth, stepping),
    )
    return new Koa().use(router.routes()).callback() as RequestListener
  },
  Fastify(resource) {
    const app = fastify()
    app.setErrorHandler(onFastify.answerRefusals)
    const guard = (requirement: AnyRequirement) => ({
      onRequest: onFastify.protect(resource, requirement as never),
    })
    app.register(async (api) => {
      api.post('/agree', guard(open), async (request, reply) => {
        reply.headers(careless)
        return agree(resource, onFastify.getAuth(request, 'agent-token'))
      })
      api.get('/notes', guard(reading), async (request, reply) => {
        reply.headers(careless)
        return tell(onFastify.getAuth(request, 'agent-token'))
      })
      api.get('/empty', guard(reading), async (_request, reply) => {
        reply.headers(careless).code(204)
      })
      api.get('/more', guard(reading), async (request) =>
        stepUp(resource, onFastify.getAuth(request, 'agent-token'), stepping),
      )
    })
    return (request, response) => {
      app.ready(() => app.routing(request, response))
    }
  },
  Hono(resource) {
    const app = new Hono<{ Variables: { aauth: Auth } }>()
    app.post('/agree', onHono.protect(resource, open), async (c) =>
      c.text(await agree(resource, c.var.aauth), 200, careless),
    )
    app.get('/notes', onHono.protect(resource, reading), (c) => c.text(tell(c.var.aauth), 200, careless))
    app.get('/empty', onHono.protect(resource, reading), (c) => c.body(null, 204, careless))
    app.get('/more', onHono.protect(resource, reading), (c) => stepUp(resource, c.var.aauth, stepping))
    return getRequestListener(app.fetch) as RequestListener
  },
  fetchGuard(resource) {
    const [opened, guarded] = [fetchGuard(resource, open), fetchGuard(resource, reading)]
    const text = (body: string | null, status = 200) => new Response(body, { status, headers: carelessLines })
    const routes: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
      '/agree': opened(async (_request, auth) => text(await agree(resource, auth))),
      '/notes': guarded((_request, auth) => text(tell(auth))),
      '/empty': guarded(() => text(null, 204)),
      '/more': guarded((_request, auth) => stepUp(resource, auth, stepping)),
    }
    const serve = (request: Request): Response | Promise<Response> =>
      routes[new URL(request.url).pathname]?.(request) ?? new Response(null, { status: 404 })
    return getRequestListener(serve) as RequestListener
  },
  'NestJS on Express': (resource) => nestApp('NestJS on Express', resource),
  'NestJS on Fastify': (resource) => nestApp('NestJS on Fastify', resource),
  'Next.js'(resource) {
    const text = (body: string | null, status = 200) => new Response(body, { status, headers: carelessLines })
    type Handler = (request: NextRequest) => Promise<Response>
    const routes: Readonly<Record<string, Handler>> = {
      '/agree': onNext.protect(resource, open, async (_request, auth) => text(await agree(resource, auth))),
      '/notes': onNext.protect(resource, reading, (_request, auth) => text(tell(auth))),
      '/empty': onNext.protect(resource, reading, () => text(null, 204)),
      '/more': onNext.protect(resource, reading, (_request, auth) => stepUp(resource, auth, stepping)),
    }
    return nextListener((request) => (routes[new URL(request.url).pathname] as Handler)(request))
  },
}

/** A response of Express or a reply of Fastify. */
interface NestReply {
  header(name: string, value: string | string[]): unknown
}

type Who = Caller | undefined

function nestApp(platform: string, resource: Resource): RequestListener {
  const beCareless = (reply: NestReply): void => {
    for (const [name, value] of Object.entries(careless)) reply.header(name, value)
  }

  @Controller()
  class SessionController {
    @Post('agree')
    @onNest.Protect(open)
    agree(@onNest.Caller() caller: Who, @Res({ passthrough: true }) reply: NestReply): Promise<string> {
      beCareless(reply)
      return agree(resource, caller as Auth)
    }

    @Get('notes')
    @onNest.Protect(reading)
    notes(@onNest.Caller() caller: Who, @Res({ passthrough: true }) reply: NestReply): string {
      beCareless(reply)
      return tell(caller as Auth)
    }

    @Get('empty')
    @HttpCode(204)
    @onNest.Protect(reading)
    empty(@Res({ passthrough: true }) reply: NestReply): void {
      beCareless(reply)
    }

    @Get('more')
    @onNest.Protect(reading)
    more(@onNest.Caller() caller: Who): Promise<never> {
      return stepUp(resource, caller as Auth, stepping)
    }
  }

  return (nestPlatforms[platform] as (typeof nestPlatforms)[string])(
    resource,
    SessionController as Type<unknown>,
  )
}
