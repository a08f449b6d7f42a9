/** What guards, parsers and middleware before a held route change, and mistakes. */
import type { RequestListener } from 'node:http'
import * as onFetch from '@aauth-guard/core/fetch'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import { type HeldApp, heldCallsScene, payment } from '@aauth-guard/fixtures/held-calls'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNest from '@aauth-guard/nestjs'
import * as onNext from '@aauth-guard/nextjs'
import { getRequestListener } from '@hono/node-server'
import { bodyParser } from '@koa/bodyparser'
import express, { type RequestHandler } from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'

const anyToken = { accept: ['person-token', 'auth-token'] } as const
const text = { type: () => true }

/** What stands before a held route. */
const before: Readonly<Record<string, HeldApp>> = {
  'a guard of Express': ({ resource, payments }) =>
    express()
      .use(onExpress.wellKnown(resource))
      .use(onExpress.protect(resource, anyToken))
      .post('/api/payments', onExpress.holdCalls(payments)) as RequestListener,
  'a parser of Express with verifyDigest': ({ resource, payments }) =>
    express()
      .use(onExpress.wellKnown(resource))
      .use(express.text({ ...text, verify: onExpress.verifyDigest }))
      .post('/api/payments', onExpress.holdCalls(payments)) as RequestListener,
  'a guard of Koa': ({ resource, payments }) =>
    new Koa()
      .use(onKoa.wellKnown(resource))
      .use(onKoa.protect(resource, anyToken))
      .use(onKoa.holdCalls(payments))
      .callback(),
  'a guard of Fastify': ({ resource, payments }) => {
    const app = fastify()
    app.addHook('onRequest', onFastify.wellKnown(resource))
    app.addHook('onRequest', onFastify.protect(resource, anyToken))
    app.post('/api/payments', onFastify.holdCalls(payments))
    return (request, response) => void app.ready(() => app.routing(request, response))
  },
  'a guard of Hono': ({ resource, payments }) => {
    const app = new Hono()
    app.use(onHono.wellKnown(resource)).use(onHono.protect(resource, anyToken))
    return getRequestListener(app.post('/api/payments', onHono.holdCalls(payments)).fetch) as RequestListener
  },
  'middleware of Hono that reads the content': ({ resource, payments }) => {
    const app = new Hono()
    app.use(onHono.wellKnown(resource))
    app.use(async (c, next) => {
      await c.req.text()
      return next()
    })
    return getRequestListener(app.post('/api/payments', onHono.holdCalls(payments)).fetch) as RequestListener
  },
}

describe.each(Object.entries(before))('calls that are held behind %s', (_, build) => {
  it('run as they were signed', async () => {
    const { calls, granted, held, pay, poll } = await heldCallsScene(build)
    const target = await held()
    expect((await poll(target, await granted())).status).toBe(201)
    expect((await pay(await granted())).status).toBe(201)
    expect(calls.map(({ body }) => new TextDecoder().decode(body))).toEqual([payment, payment])
  })

  it('do not run with other content than was signed', async () => {
    const { calls, granted, pay } = await heldCallsScene(build)
    const body = Buffer.from(payment.replace('bob', 'eve'))
    const swapped = await pay(await granted(), { onTheWay: (message) => ({ ...message, body }) })
    expect([swapped.status, swapped.headers.get('signature-error')]).toEqual([401, 'error=invalid_signature'])
    expect(calls).toEqual([])
  })
})

describe('content that is not what was signed when the held call reads it', () => {
  it('does not run if middleware of Hono has replaced it behind a guard', async () => {
    const { calls, granted, pay } = await heldCallsScene(({ resource, payments }) => {
      const app = new Hono()
      app.use(onHono.protect(resource, anyToken))
      app.use(async (c, next) => {
        c.req.raw = new Request(c.req.raw, { body: payment.replace('bob', 'eve') })
        return next()
      })
      return getRequestListener(
        app.post('/api/payments', onHono.holdCalls(payments)).fetch,
      ) as RequestListener
    })
    const { status, headers } = await pay(await granted())
    expect([status, headers.get('signature-error')]).toEqual([401, 'error=invalid_signature'])
    expect(calls).toEqual([])
  })

  it.each<[string, HeldApp]>([
    ['Express', ({ payments }) => expressBehind(express.text(text), onExpress.holdCalls(payments))],
    [
      'Koa',
      ({ payments }) =>
        new Koa()
          .use(bodyParser({ enableTypes: ['json'] }))
          .use(onKoa.holdCalls(payments))
          .callback(),
    ],
  ])('is a server_error that does not run if a parser of %s has taken it away', async (_, build) => {
    const { calls, granted, pay, refusals } = await heldCallsScene(build)
    expect((await pay(await granted())).status).toBe(500)
    expect(refusals.at(-1)?.hint).toContain('mount holdCalls before the body parsers')
    expect(calls).toEqual([])
  })
})

function expressBehind(parser: RequestHandler, held: RequestHandler): RequestListener {
  return express().use(parser).post('/api/payments', held) as RequestListener
}

it.each([
  ['Express', onExpress.holdCalls],
  ['Koa', onKoa.holdCalls],
  ['Fastify', onFastify.holdCalls],
  ['Hono', onHono.holdCalls],
  ['core/fetch', onFetch.holdCalls],
  ['NestJS', onNest.holdCalls],
  ['Next.js', onNext.holdCalls],
])('holdCalls of %s takes nothing but what hold returned', (_, holdCalls) => {
  for (const mistaken of [undefined, {}, async () => undefined])
    expect(() => holdCalls(mistaken as never)).toThrow(/holdCalls is .*: pass what hold\(\)/)
})
