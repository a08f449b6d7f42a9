import {
  alternativeCredential,
  type DecisionEvent,
  type OtherCaller,
  type Requirement,
  type Resource,
  type TokenKind,
} from '@aauth-guard/core'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { verifyUpgrade } from '@aauth-guard/core/node'
import * as onExpress from '@aauth-guard/express'
import * as onFastify from '@aauth-guard/fastify'
import * as onHono from '@aauth-guard/hono'
import * as onKoa from '@aauth-guard/koa'
import * as onNest from '@aauth-guard/nestjs'
import { protect as protectNext } from '@aauth-guard/nextjs'
import { createTestNetwork } from '@aauth-guard/testing'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adapters } from '../adapters/index.ts'
import { exchange } from '../exchange.ts'
import { makeResource } from '../world.ts'

type Guards = Readonly<Record<string, (resource: Resource, requirement: Requirement<TokenKind>) => unknown>>
const guards: Guards = {
  'protect of Express': onExpress.protect,
  'protect of Koa': onKoa.protect,
  'protect of Hono': onHono.protect,
  'protect of Fastify': onFastify.protect,
  'aauth of Fastify': onFastify.aauth,
  fetchGuard,
  'protect of Next.js': (resource, requirement) => protectNext(resource, requirement, () => new Response()),
}
const demands: readonly Requirement<TokenKind>[] = [
  { mission: 'required' },
  { class: { provider: 'https://agent.example' } },
  { person: 'required' },
  { account: 'ws-7' },
  { singleUse: true },
  { check: () => true },
]
const alternative = alternativeCredential({
  when: { header: 'X-API-Key' },
  challenge: 'ApiKey',
  check: () => ({ id: 'acme', scopes: [] }),
})

async function network() {
  const net = await createTestNetwork({ now: 1_790_000_000, seed: 'beside' })
  onTestFinished(() => net.close())
  return net
}

/** A request with a key, as octets. */
const withKey = (path: string, key: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: notes.example\r\nX-API-Key: ${key}\r\nConnection: close\r\n\r\n`

describe.each(Object.entries(guards))('%s', (_, guard) => {
  it.each(demands)('refuses at start to take a key beside %o', async (requirement) => {
    const resource = makeResource(await network())
    expect(() => guard(resource, { ...requirement, alternative } as Requirement<TokenKind>)).toThrow(
      /^the route demands .* "X-API-Key" cannot meet/,
    )
    expect(() => guard(resource, requirement)).not.toThrow()
  })
})

describe.each(adapters.map((adapter) => [adapter.name, adapter] as const))('%s', (_, { build }) => {
  it('reports every decision with the credential that it is about', async () => {
    const events: DecisionEvent[] = []
    const net = await network()
    const resource = makeResource(net, { onDecision: (event) => events.push(event) })
    const { url } = await net.listen(build(resource))
    for (const [path, key] of [
      ['/beside/key', 'of-acme'],
      ['/beside/key', 'of-nobody'],
      ['/beside/key', 'broken'],
      ['/beside/ended', 'of-acme'],
      ['/beside/runs', 'of-acme'],
    ] as const)
      await exchange(url, [withKey(path, key)])
    await exchange(url, [withKey('/beside/key', 'of-acme').replace('X-API-Key: ', 'X-Another: ')])
    const agent = await net.agent()
    const token = await agent.authToken({ scope: 'notes.read' })
    await agent.fetch(`${net.resource}/beside/key`, {}, { token })
    expect(events.map(({ point, credential, outcome }) => `${point} ${credential} ${outcome}`)).toEqual([
      'guard other accepted',
      'guard other refused',
      'guard other failed',
      'guard other refused',
      'guard other accepted',
      'grant other refused',
      'guard aauth challenged',
      'guard aauth accepted',
    ])
  })
})

describe('a caller with a key', () => {
  it('is not on req.aauth and request.aauth, which hold an Auth and nothing else', async () => {
    const net = await network()
    const resource = makeResource(net)
    const app = express().use(onExpress.protect(resource, { alternative }), (req, res) => {
      res.send(`${req.aauth} ${onExpress.getCaller(req)?.type}`)
    })
    const other = fastify()
    onTestFinished(() => other.close())
    other.get('/', { onRequest: onFastify.protect(resource, { alternative }) }, (request) => {
      return `${request.aauth} ${onFastify.getCaller(request)?.type}`
    })
    await other.ready()
    for (const listener of [app, other.routing]) {
      const { url } = await net.listen(listener as never)
      const [answered] = await exchange(url, [withKey('/', 'any')])
      expect(answered?.body).toBe('undefined other')
    }
  })

  it('is nobody behind a second guard that is optional and takes AAuth alone', async () => {
    const net = await network()
    const resource = makeResource(net)
    const first = { alternative }
    const second = { optional: true } as const
    const apps = [
      express().use(onExpress.protect(resource, first), onExpress.protect(resource, second), (req, res) => {
        res.send(`${onExpress.getCaller(req)}`)
      }),
      new Koa()
        .use(onKoa.protect(resource, first))
        .use(onKoa.protect(resource, second))
        .use((ctx) => {
          ctx.body = `${'aauth' in ctx.state || onKoa.getCaller(ctx)}`
        })
        .callback(),
    ]
    const told = []
    for (const app of apps)
      told.push((await exchange((await net.listen(app)).url, [withKey('/', 'any')]))[0]?.body)
    const hono = new Hono().get('/', onHono.protect(resource, first), onHono.protect(resource, second), (c) =>
      c.text(`${onHono.getCaller(c)}`),
    )
    told.push(await (await hono.request('/', { headers: { 'x-api-key': 'any' } })).text())
    expect(told).toEqual(['undefined', 'undefined', 'undefined'])
  })

  it('may send content that a parser inside the guard reads and no digest binds', async () => {
    const net = await network()
    const parser = express.json({ verify: onExpress.verifyDigest })
    const app = express().post(
      '/',
      onExpress.protect(makeResource(net), { alternative }, { parser }),
      (req, res) => {
        res.send(`${onExpress.getCaller(req)?.type} sent ${req.body.text}`)
      },
    )
    const { url } = await net.listen(app)
    const content = '{"text":"note"}'
    const fields = `Content-Type: application/json\r\nContent-Length: ${content.length}\r\nConnection`
    const head = withKey('/', 'any').replace('GET', 'POST').replace('Connection', fields)
    const [answered] = await exchange(url, [head + content])
    expect([answered?.status, answered?.body]).toEqual([200, 'other sent note'])
  })

  it('opens an upgrade on a route that takes it', async () => {
    const net = await network()
    const resource = makeResource(net)
    const found: unknown[] = []
    const { url } = await net.listen((req, res) => {
      verifyUpgrade(resource, req, { alternative }).then((caller) => {
        found.push(caller)
        res.end()
      })
    })
    await exchange(url, [withKey('/', 'any')])
    const expected: OtherCaller = { type: 'other', scheme: 'X-API-Key', id: 'acme', scopes: [] }
    expect(found).toEqual([expected])
  })
})

describe('getCaller where no guard ran', () => {
  it.each<[string, () => unknown]>([
    ['Express', () => onExpress.getCaller({} as never)],
    ['Koa', () => onKoa.getCaller({ req: {} } as never)],
    ['Fastify', () => onFastify.getCaller({ raw: {} } as never)],
    ['Hono', () => onHono.getCaller({ var: {} } as never)],
    ['NestJS', () => onNest.getCaller({ raw: {} })],
  ])('throws on %s', (_, ask) => {
    expect(ask).toThrow('the request has no verified identity: put protect(resource) before this handler')
  })
})
