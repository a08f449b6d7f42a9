import { createRequire } from 'node:module'
import * as onFetch from '@aauth-guard/core/fetch'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import type { HeldApp, HeldRoutes } from '@aauth-guard/fixtures/held-calls'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNest from '@aauth-guard/nestjs'
import * as onNext from '@aauth-guard/nextjs'
import { getRequestListener } from '@hono/node-server'
import Router from '@koa/router'
import { Controller, Post, Req, Res, type Type } from '@nestjs/common'
import express, { type RequestHandler } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import type { NextRequest } from 'next/server.js'
import { nextListener } from '../adapters/next-server.ts'
import { nestPlatforms } from './nest-listener.ts'

const express4 = createRequire(import.meta.url)('express4') as typeof express

/** The same two held routes on each adapter, below `/api`. */
export const heldApps: Readonly<Record<string, HeldApp>> = {
  'Express 5': (routes) => expressApp(express, routes),
  'Express 4': (routes) => expressApp(express4, routes),
  Koa({ resource, payments, mails }) {
    const router = new Router({ prefix: '/api' })
    router.post('/payments', onKoa.holdCalls(payments))
    router.post('/mails', onKoa.holdCalls(mails))
    return new Koa().use(onKoa.wellKnown(resource)).use(router.routes()).callback()
  },
  Fastify({ resource, payments, mails }) {
    const app = fastify()
    app.addHook('onRequest', onFastify.wellKnown(resource))
    // Routes are guarded unless they say otherwise, as those whose calls are held do.
    app.register(onFastify.aauth(resource, { accept: 'agent-token' }))
    app.register(
      async (api) => {
        api.post('/payments', onFastify.holdCalls(payments))
        api.post('/mails', onFastify.holdCalls(mails))
      },
      { prefix: '/api' },
    )
    return (request, response) => {
      app.ready(() => app.routing(request, response))
    }
  },
  Hono({ resource, payments, mails }) {
    const api = new Hono()
    api.post('/payments', onHono.holdCalls(payments))
    api.post('/mails', onHono.holdCalls(mails))
    const app = new Hono().use(onHono.wellKnown(resource)).route('/api', api)
    return getRequestListener(app.fetch) as HeldListener
  },
  fetchGuard({ payments, mails }) {
    const [pay, mail] = [onFetch.holdCalls(payments), onFetch.holdCalls(mails)]
    const serve = (request: Request): Promise<Response> =>
      new URL(request.url).pathname === '/api/mails' ? mail(request) : pay(request)
    return getRequestListener(serve) as HeldListener
  },
  'NestJS on Express': (routes) => nestApp('NestJS on Express', routes),
  'NestJS on Fastify': (routes) => nestApp('NestJS on Fastify', routes),
  'Next.js': ({ resource, payments, mails }) => {
    const own = onNext.wellKnown(resource)
    const [pay, mail] = [onNext.holdCalls(payments), onNext.holdCalls(mails)]
    return nextListener((request: NextRequest) => {
      const { pathname } = new URL(request.url)
      if (!pathname.startsWith('/api/')) return own[request.method as 'GET'](request)
      return pathname === '/api/mails' ? mail(request) : pay(request)
    })
  },
}

type HeldListener = ReturnType<HeldApp>

function expressApp(make: typeof express, { resource, payments, mails }: HeldRoutes): HeldListener {
  const app = make()
  app.use(onExpress.wellKnown(resource))
  const api = make.Router()
  api.post('/payments', onExpress.holdCalls(payments) as RequestHandler)
  api.post('/mails', onExpress.holdCalls(mails) as RequestHandler)
  app.use('/api', api)
  return app as HeldListener
}

function nestApp(platform: string, { resource, payments, mails }: HeldRoutes): HeldListener {
  const [pay, mail] = [onNest.holdCalls(payments), onNest.holdCalls(mails)]

  @Controller('api')
  class HeldController {
    @Post('payments')
    @onNest.Unprotected()
    payments(@Req() request: onNest.NestRequest, @Res() response: onNest.NestResponse): Promise<void> {
      return pay(request, response)
    }

    @Post('mails')
    @onNest.Unprotected()
    mails(@Req() request: onNest.NestRequest, @Res() response: onNest.NestResponse): Promise<void> {
      return mail(request, response)
    }
  }

  return (nestPlatforms[platform] as (typeof nestPlatforms)[string])(
    resource,
    HeldController as Type<unknown>,
  )
}
