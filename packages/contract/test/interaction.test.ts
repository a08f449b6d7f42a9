/** The whole way of an interaction over real sockets, in every adapter. */
import type { RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { interactionPage, managedAccess, requireInteraction } from '@aauth-guard/core/managed'
import { answerRefusals, protect as protectExpress, wellKnown as routesExpress } from '@aauth-guard/express'
import { capable, pageUrl, sealingKeys } from '@aauth-guard/fixtures/interaction'
import { type Served, serve } from '@aauth-guard/fixtures/served'
import { protect as protectHono, wellKnown as routesHono } from '@aauth-guard/hono'
import { protect as protectKoa, wellKnown as routesKoa } from '@aauth-guard/koa'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import Koa from 'koa'
import { parseDictionary } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { managedStateOf } from '../../core/src/managed/managed-state.ts'

const person = 'alice'
const consents = new WeakMap<Resource, string>()

function guarded(resource: Resource) {
  return requireInteraction(
    resource,
    { name: 'notes', accept: 'agent-token' },
    { scope: 'notes.read', consentOf: () => consents.get(resource) },
  )
}

const adapters: readonly (readonly [
  string,
  (resource: Resource) => RequestListener | Promise<RequestListener>,
])[] = [
  [
    'Express',
    (resource) => {
      const app = express()
      app.use(routesExpress(resource))
      app.get(
        '/notes',
        protectExpress(resource, guarded(resource)),
        (_req, res) => void res.send('the notes'),
      )
      app.use(answerRefusals())
      return app
    },
  ],
  [
    'Koa',
    (resource) => {
      const app = new Koa()
      app.use(routesKoa(resource))
      app.use(protectKoa(resource, guarded(resource)))
      app.use((ctx) => {
        ctx.body = 'the notes'
      })
      return app.callback()
    },
  ],
  [
    'Hono',
    (resource) => {
      const app = new Hono()
      app.use(routesHono(resource))
      app.get('/notes', protectHono(resource, guarded(resource)), (c) => c.text('the notes'))
      return getRequestListener(app.fetch) as RequestListener
    },
  ],
]

describe.each(adapters)('on %s', (_, build) => {
  async function scene(): Promise<Served> {
    return serve(({ resource }) => build(resource) as RequestListener, {
      trust: 'any',
      scopes: { 'notes.read': 'Read your notes' },
      managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }),
    })
  }

  it('an agent waits, a person decides, and the agent gets in [DEFER-1, DEFER-2, DEFER-3, INT-3, M13, M15]', async () => {
    const { send, sendUnsigned, agent, net, resource } = await scene()
    const page = interactionPage(resource)
    const token = await agent.agentToken()
    const first = await send({ token, headers: capable })
    expect([first.status, await first.json()]).toEqual([202, { status: 'pending' }])
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.headers.get('content-type')).toBe('application/json')
    const { origin, pathname: target } = new URL(first.headers.get('location') ?? '')
    expect(origin).toBe(net.resource)
    const [, params] = parseDictionary(first.headers.get('aauth-requirement') ?? '').get('requirement') ?? []
    net.clock.advance(1)
    expect((await sendUnsigned('GET', target)).status).toBe(401)
    const other = await net.agent({ name: 'other' } as never)
    expect((await send({ target, agent: other, token: await other.agentToken() })).status).toBe(404)
    const { handle } = await page.redeemCode(`${params?.get('code')}`, { person })
    expect(await (await send({ target, token })).json()).toEqual({ status: 'interacting' })
    const { polls } = managedStateOf(resource)
    net.clock.advance(1)
    const waiting = send({ target, token, headers: { prefer: 'wait=20' } })
    while (polls.waiting === 0) await new Promise((resolve) => setImmediate(resolve))
    const decided = await page.complete(handle, { person })
    const told = await waiting
    expect([told.status, await told.json()]).toEqual([200, { status: 'authorized', scope: 'notes.read' }])
    expect(told.headers.get('cache-control')).toBe('no-store')
    net.clock.advance(1)
    expect((await send({ target, token })).status).toBe(410)
    consents.set(resource, 'consent' in decided ? decided.consent : '')
    expect(await (await send({ token })).text()).toBe('the notes')
  })

  it('an agent answers a question, and may leave [DEFER-7, R11-217]', async () => {
    const { send, agent, net, resource } = await scene()
    const page = interactionPage(resource)
    const token = await agent.agentToken()
    const first = await send({ token, headers: capable })
    const target = new URL(first.headers.get('location') ?? '').pathname
    const [, params] = parseDictionary(first.headers.get('aauth-requirement') ?? '').get('requirement') ?? []
    const { handle } = await page.redeemCode(`${params?.get('code')}`, { person })
    await page.ask(handle, { person, question: 'Which notes?' })
    const body = (answer: string): string =>
      JSON.stringify({ action: 'clarification_response', clarification_response: answer })
    const post = {
      method: 'POST',
      target,
      token,
      digest: true,
      headers: { 'content-type': 'application/json' },
    }
    const large = await send({ ...post, body: body('x'.repeat(4096)) })
    expect([large.status, ((await large.json()) as { error: string }).error]).toEqual([
      413,
      'content_too_large',
    ])
    expect((await send({ ...post, body: body('those') })).status).toBe(202)
    expect((await page.read(handle, { person })).questions[0]?.answer).toBe('those')
    net.clock.advance(1)
    const gone = await send({ method: 'DELETE', target, token })
    expect([gone.status, await gone.text()]).toEqual([200, ''])
    expect((await send({ target, token })).status).toBe(410)
  })
})
