import { createResource, type Requirement, type Resource, type TokenKind } from '@aauth-guard/core'
import * as onExpress from '@aauth-guard/express'
import * as onKoa from '@aauth-guard/koa'
import { type Agent, createTestNetwork, dial, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import Koa from 'koa'
import { describe, expect, it, onTestFinished } from 'vitest'

interface Guard {
  readonly resource: Resource
  readonly requirement?: Requirement<TokenKind>
}
interface Guards {
  readonly onKoa?: Guard
  readonly onExpress?: Guard
}
interface Served {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly url: string
}

/** A Koa app that hands its requests to an Express app, which reports the caller that each `getAuth` returns. */
async function serve(guardsOf: (make: (issuer?: string) => Resource) => Guards): Promise<Served> {
  const net = await createTestNetwork()
  onTestFinished(() => net.close())
  const make = (issuer: string = net.resource): Resource =>
    createResource({
      issuer,
      authorities: ['notes.example'],
      trust: 'any',
      fetch: net.fetch,
      now: net.clock.now,
    })
  const guards = guardsOf(make)
  const inner = express()
  if (guards.onExpress) inner.use(onExpress.protect(guards.onExpress.resource, guards.onExpress.requirement))
  inner.use((req, res) => {
    res.json({
      express: knows(() => onExpress.getAuth(req, 'auth-token').sub),
      koa: knows(() => onKoa.getAuth({ req }, 'auth-token').sub),
    })
  })
  const outer = new Koa()
  if (guards.onKoa) outer.use(onKoa.protect(guards.onKoa.resource, guards.onKoa.requirement))
  outer.use((ctx) => {
    ctx.respond = false
    ctx.status = 200
    inner(ctx.req, ctx.res)
  })
  const { url } = await net.listen(outer.callback())
  return { net, agent: await net.agent(), url }
}

function knows(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    return String(error).split(':', 2).join(':')
  }
}
const nobody = 'TypeError: the request has no verified identity'

describe('Koa in front of Express', () => {
  it.each<[string, Requirement<TokenKind>]>([
    ['with a nonce', {}],
    ['that is accepted once only', { singleUse: true }],
  ])(
    'a request %s is not a replay to the inner guard, but is one when it is sent again [E23, J02]',
    async (_title, requirement) => {
      const { agent, url, net } = await serve((make) => {
        const guard = { resource: make(), requirement }
        return { onKoa: guard, onExpress: guard }
      })
      const token = await agent.authToken()
      const sent = { method: 'POST', body: 'note' }
      const message = await agent.sign(`${net.resource}/notes`, sent, {
        token,
        params: { nonce: 'n' },
        digest: true,
      })
      const [first, second] = [await dial(url, message), await dial(url, message)]
      expect([first.status, await first.json(), second.status]).toEqual([
        200,
        { express: 'person-1', koa: 'person-1' },
        401,
      ])
    },
  )

  it('the inner guard enforces its own requirement [SIG-8]', async () => {
    const { agent, net } = await serve((make) => {
      const resource = make()
      return { onKoa: { resource }, onExpress: { resource, requirement: { components: ['@query'] } } }
    })
    const token = await agent.authToken()
    const response = await agent.fetch(`${net.resource}/notes`, {}, { token })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      expect.stringMatching(/^error=invalid_input/),
    ])
  })

  it('getAuth returns only what a guard of its own adapter found', async () => {
    const told = async ({ agent, url, net }: Served) => {
      const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
      return (await dial(url, message)).json()
    }
    const outside = await serve((make) => ({ onKoa: { resource: make() } }))
    const inside = await serve((make) => ({ onExpress: { resource: make() } }))
    expect([await told(outside), await told(inside)]).toEqual([
      { express: nobody, koa: 'person-1' },
      { express: 'person-1', koa: nobody },
    ])
  })

  it('a guard of another resource refuses a token with another audience [E23]', async () => {
    const { agent, url, net } = await serve((make) => ({
      onKoa: { resource: make() },
      onExpress: { resource: make('https://mail.example') },
    }))
    const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
    const response = await dial(url, message)
    expect([response.status, response.headers.get('signature-error')]).toEqual([401, 'error=invalid_jwt'])
  })

  it('a guard of another resource verifies the request again and serves the caller it finds [E23]', async () => {
    let second: Resource | undefined
    const { agent, url, net } = await serve((make) => {
      second = make()
      return { onKoa: { resource: make() }, onExpress: { resource: second } }
    })
    const token = await agent.authToken()
    const sign = () => agent.sign(`${net.resource}/notes`, {}, { token })
    const served = await dial(url, await sign())
    const [, claims = ''] = token.split('.')
    const { iss, jti, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    await second?.revoke({ iss, jti, exp })
    const refused = await dial(url, await sign())
    expect([await served.json(), refused.status, refused.headers.get('signature-error')]).toEqual([
      { express: 'person-1', koa: 'person-1' },
      401,
      'error=revoked_jwt',
    ])
  })
})
