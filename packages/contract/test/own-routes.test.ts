import type { RequestListener } from 'node:http'
import { type AuthFor, createResource, type Resource, type ResourceOptions, stepUp } from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { monitorMissions } from '@aauth-guard/core/missions'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import { makeSigningKey } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNest from '@aauth-guard/nestjs'
import * as onNext from '@aauth-guard/nextjs'
import { type Agent, createTestNetwork, dial, type TestNetwork } from '@aauth-guard/testing'
import { getRequestListener } from '@hono/node-server'
import { All, Controller } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nextListener } from '../adapters/next-server.ts'

const scopes = { 'notes.read': 'Read your notes', 'notes.purge': 'Delete all of them' }
const reading = { scope: 'notes.read' } as const
const purging = { scope: 'notes.purge' } as const

/** One route whose handler steps up, behind the resource's own routes. */
const hosts: Readonly<Record<string, (resource: Resource) => RequestListener>> = {
  express(resource) {
    const app = express().use(onExpress.wellKnown(resource))
    app.all('/notes', onExpress.protect(resource, reading), async (req, res) => {
      await stepUp(resource, onExpress.getAuth(req, 'auth-token'), purging)
      res.end('served')
    })
    return app.use(onExpress.answerRefusals())
  },
  koa(resource) {
    const app = new Koa()
    app.use(onKoa.wellKnown(resource)).use(onKoa.protect(resource, reading))
    app.use((ctx) => stepUp(resource, onKoa.getAuth(ctx, 'auth-token'), purging))
    return app.callback()
  },
  fastify(resource) {
    const app = fastify()
    app.addHook('onRequest', onFastify.wellKnown(resource))
    app.register(onFastify.aauth(resource))
    app.register(async (routes) => {
      routes.all('/notes', { config: { aauth: reading } }, (request) =>
        stepUp(resource, onFastify.getAuth(request, 'auth-token'), purging),
      )
    })
    return (request, response) => void app.ready(() => app.routing(request, response))
  },
  nestjs: (resource) => nestHost(resource, new FastifyAdapter()),
  'nestjs on express': (resource) => nestHost(resource, new ExpressAdapter()),
  hono(resource) {
    const app = new Hono().use(onHono.wellKnown(resource))
    app.onError(() => new Response('not answered by the guard', { status: 500 }))
    app.all('/notes', onHono.protect(resource, reading), (c) => stepUp(resource, c.var.aauth, purging))
    return getRequestListener(app.fetch) as RequestListener
  },
  next(resource) {
    const own = onNext.wellKnown(resource)
    const guarded = onNext.protect(resource, reading, (_request, auth) => stepUp(resource, auth, purging))
    return nextListener((request) =>
      request.nextUrl.pathname === '/notes' ? guarded(request) : own[request.method as 'GET'](request),
    )
  },
  fetch(resource) {
    const guarded = fetchGuard(resource, reading)((_request, auth) => stepUp(resource, auth, purging))
    return getRequestListener(guarded) as RequestListener
  },
}

function nestHost(resource: Resource, adapter: AbstractHttpAdapter): RequestListener {
  class NotesController {
    notes(auth: AuthFor<'auth-token'>): Promise<never> {
      return stepUp(resource, auth, purging)
    }
  }
  const { prototype } = NotesController
  const descriptor = { value: prototype.notes }
  Controller()(NotesController)
  All('notes')(prototype, 'notes', descriptor)
  onNest.Protect(reading)(prototype, 'notes', descriptor)
  onNest.Auth('auth-token')(prototype, 'notes', 0)
  class AppModule {}
  const imports = [onNest.AAuthModule.forRoot(resource)]
  const root = { module: AppModule, imports, controllers: [NotesController] }
  const made = NestFactory.create(root, adapter, { logger: false, abortOnError: false }).then(
    async (app): Promise<RequestListener> => {
      await app.init()
      const instance = app.getHttpAdapter().getInstance()
      if (adapter instanceof ExpressAdapter) return instance
      await instance.ready()
      return (request, response) => instance.routing(request, response)
    },
  )
  return (request, response) => void made.then((listen) => listen(request, response))
}

async function serve(
  host: string,
  options: Partial<ResourceOptions> = {},
): Promise<{ readonly net: TestNetwork; readonly agent: Agent }> {
  const net = await createTestNetwork()
  onTestFinished(() => net.close())
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    scopes,
    fetch: net.fetch,
    defaultScope: 'notes.read',
    missions: monitorMissions({ announcements: true }),
    ...options,
  })
  await net.listen((hosts[host] as (resource: Resource) => RequestListener)(resource))
  return { net, agent: await net.agent() }
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

describe.each(Object.keys(hosts))('on %s', (host) => {
  it.each([
    ['GET', '/.well-known/aauth-resource.json', 200],
    ['GET', '/aauth/jwks.json', 200],
    // There is no content; every served request gets that far.
    ['POST', '/aauth/authorize', 400],
    ['POST', '/aauth/revoke', 401],
  ])('%s %s is served in absolute form too [R11-200, META-1]', async (method, path, status) => {
    const { net, agent } = await serve(host)
    const token = await agent.personToken()
    const message = await agent.sign(`${net.resource}${path}`, { method }, { token })
    const at = net.servedAt('notes.example') as string
    const response = await dial(at, { ...message, target: `http://notes.example${path}` })
    // The server of Next.js redirects absolute form before it asks any handler.
    expect(response.status).toBe(host === 'next' ? 308 : status)
  })

  it('a handler that steps up sends a challenge with a resource token for more [CHAL-7, R11-146]', async () => {
    const { net, agent } = await serve(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const response = await agent.fetch(`${net.resource}/notes`, {}, { token })
    const [, resourceToken = ''] =
      /resource-token="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '') ?? []
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    expect(claimsOf(resourceToken)).toMatchObject({
      scope: 'notes.read notes.purge',
      presented_jti: claimsOf(token).jti,
      aud: net.personServer.id,
    })
  })

  it('a step-up whose resource token is never signed is answered 503 by the deadline of the request [Q09]', async () => {
    const { d: _, ...publicKey } = await makeSigningKey()
    const { net, agent } = await serve(host, {
      limits: { requestDeadline: 1000 },
      signingKey: { publicKey, sign: neverAnswers } as never,
    })
    const token = await agent.authToken({ scope: 'notes.read' })
    const { status, headers } = await agent.fetch(`${net.resource}/notes`, {}, { token })
    expect([status, headers.get('retry-after'), headers.get('aauth-requirement')]).toEqual([503, '5', null])
  })

  it('the authorization endpoint issues a resource token [RT-17, RT-18, R11-200]', async () => {
    const { net, agent } = await serve(host)
    const request = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope: 'notes.read' }),
    }
    const token = await agent.personToken()
    const response = await agent.fetch(`${net.resource}/aauth/authorize`, request, { token })
    const { resource_token: resourceToken } = (await response.json()) as { resource_token: string }
    expect([response.status, claimsOf(resourceToken).presented_jti]).toEqual([200, claimsOf(token).jti])
  })

  it('the revocation endpoint revokes a token and answers without content [REV-6, REV-9, R11-246]', async () => {
    const { net, agent } = await serve(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const { jti, exp } = claimsOf(token) as { jti: string; exp: number }
    const answer = await net.personServer.revoke(net.resource, { jti, exp })
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, null, ''])
    const refused = await agent.fetch(`${net.resource}/notes`, {}, { token })
    expect([refused.status, refused.headers.get('signature-error')]).toEqual([401, 'error=revoked_jwt'])
  })

  it('the revocation endpoint takes the termination of a mission from its person server and answers without content [MISS-9]', async () => {
    const { net, agent } = await serve(host)
    const url = `${net.resource}/aauth/mission-terminated`
    const body = JSON.stringify({ mission_s256: s256, termination_reason: 'completed' })
    const headers = { 'content-type': 'application/json' }
    const message = await net.personServer.signServer(url, { method: 'POST', headers, body })
    const answer = await dial(net.servedAt('notes.example') as string, message)
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, null, ''])
    const token = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const refused = await agent.fetch(`${net.resource}/notes`, {}, { token })
    const { error, termination_reason } = (await refused.json()) as Record<string, unknown>
    expect([refused.status, error, termination_reason]).toEqual([403, 'mission_terminated', 'completed'])
  })
})
