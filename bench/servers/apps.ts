import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import * as onExpress from '@aauth-guard/express'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import { getRequestListener } from '@hono/node-server'
import Router, { type RouterMiddleware } from '@koa/router'
import express, { type RequestHandler } from 'express'
import { Hono, type MiddlewareHandler } from 'hono'
import Koa from 'koa'
import { type RawMessage, type ShownRequest, type Verifier, verifyRaw } from './verifiers.ts'

export const variants = ['bare', 'floor', 'guard', 'peer'] as const
/** What stands in front of the route: nothing, one raw signature check, the adapter of the framework, or the peer. */
export type Variant = (typeof variants)[number]

/** What the variants verify with. */
export interface Parts {
  readonly resource: Resource
  readonly raw: RawMessage
  readonly peer: Verifier
}

const requirement = { scope: 'access' }

export function expressApp(variant: Variant, { resource, raw, peer }: Parts): RequestListener {
  const guards: Readonly<Record<Variant, readonly RequestHandler[]>> = {
    bare: [],
    floor: [
      (_req, _res, next) => {
        verifyRaw(raw)
        next()
      },
    ],
    guard: [onExpress.protect(resource, requirement)],
    peer: [
      (req, res, next) => {
        peer({
          method: req.method,
          target: req.originalUrl,
          headers: req.headers as ShownRequest['headers'],
        }).then(
          () => next(),
          () => res.status(401).end(),
        )
      },
    ],
  }
  return express().get('/notes/:id', ...guards[variant], (req, res) => {
    res.json({ id: req.params.id, text: 'a note' })
  })
}

export function koaApp(variant: Variant, { resource, raw, peer }: Parts): RequestListener {
  const guards: Readonly<Record<Variant, readonly RouterMiddleware[]>> = {
    bare: [],
    floor: [
      (_ctx, next) => {
        verifyRaw(raw)
        return next()
      },
    ],
    guard: [onKoa.protect(resource, requirement) as RouterMiddleware],
    peer: [
      async (ctx, next) => {
        try {
          await peer({ method: ctx.method, target: ctx.url, headers: ctx.headers as ShownRequest['headers'] })
        } catch {
          ctx.status = 401
          return
        }
        await next()
      },
    ],
  }
  const router = new Router().get('/notes/:id', ...guards[variant], (ctx) => {
    ctx.body = { id: ctx.params.id, text: 'a note' }
  })
  return new Koa().use(router.routes()).callback()
}

export function honoApp(variant: Variant, { resource, raw, peer }: Parts): Hono {
  const guards: Readonly<Record<Variant, readonly MiddlewareHandler[]>> = {
    bare: [],
    floor: [
      (_c, next) => {
        verifyRaw(raw)
        return next()
      },
    ],
    guard: [onHono.protect(resource, requirement)],
    peer: [
      async (c, next) => {
        try {
          const { req } = c
          // Without scheme and authority.
          const target = req.url.slice(req.url.indexOf('/', 8))
          await peer({ method: req.method, target, headers: req.raw.headers })
        } catch {
          return c.json({ error: 'refused' }, 401)
        }
        return next()
      },
    ],
  }
  const app = new Hono()
  for (const guard of guards[variant]) app.use('/notes/:id', guard)
  return app.get('/notes/:id', (c) => c.json({ id: c.req.param('id'), text: 'a note' }))
}

/** The frameworks that run under Node, as listeners of its server. */
export const listeners = {
  express: expressApp,
  koa: koaApp,
  hono: (variant: Variant, parts: Parts): RequestListener =>
    getRequestListener(honoApp(variant, parts).fetch),
}
