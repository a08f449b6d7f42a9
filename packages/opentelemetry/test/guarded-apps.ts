import type { RequestListener } from 'node:http'
import { type AnyRequirement, type Resource, stepUp } from '@aauth-guard/core'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import { getRequestListener } from '@hono/node-server'
import Router from '@koa/router'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'

/** `/notes` is decided in place once the token is known; `/tasks` always waits. `/more` steps up in its handler. */
export const requirements = {
  '/notes': { name: 'notes' },
  '/tasks': { name: 'tasks', check: () => new Promise((resolve) => setImmediate(resolve, true)) },
  '/more': { name: 'more' },
} as const satisfies Record<string, AnyRequirement>

const more = { scope: 'access' }

/** The same three routes on every framework. */
export const apps: Readonly<Record<string, (resource: Resource) => RequestListener>> = {
  Express(resource) {
    const app = express()
    for (const path of ['/notes', '/tasks'] as const)
      app.all(path, onExpress.protect(resource, requirements[path]), (_req, res) => void res.json({}))
    app.get('/more', onExpress.protect(resource, requirements['/more']), (req) =>
      stepUp(resource, onExpress.getAuth(req, 'auth-token'), more),
    )
    return app.use(onExpress.answerRefusals())
  },
  Koa(resource) {
    const router = new Router()
    for (const path of ['/notes', '/tasks'] as const)
      router.all(path, onKoa.protect(resource, requirements[path]), (ctx) => {
        ctx.body = {}
      })
    router.get('/more', onKoa.protect(resource, requirements['/more']), (ctx) =>
      stepUp(resource, ctx.state.aauth, more),
    )
    return new Koa().use(router.routes()).callback()
  },
  Fastify(resource) {
    const app = fastify()
    app.register(onFastify.aauth(resource))
    app.register(async (routes) => {
      for (const path of ['/notes', '/tasks'] as const)
        routes.all(path, { config: { aauth: requirements[path] } }, () => ({}))
      routes.get('/more', { config: { aauth: requirements['/more'] } }, (request) =>
        stepUp(resource, onFastify.getAuth(request, 'auth-token'), more),
      )
    })
    return (request, response) => void app.ready(() => app.routing(request, response))
  },
  Hono(resource) {
    const app = new Hono()
    for (const path of ['/notes', '/tasks'] as const)
      app.all(path, onHono.protect(resource, requirements[path]), (c) => c.json({}))
    app.get('/more', onHono.protect(resource, requirements['/more']), (c) =>
      stepUp(resource, c.var.aauth, more),
    )
    return getRequestListener(app.fetch) as RequestListener
  },
}
