import { anyKind } from '@aauth-guard/fixtures/requirements'
import { serve } from '@aauth-guard/fixtures/served'
import { getAuth, protect } from '@aauth-guard/koa'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'
import { tellError } from './tell-error.ts'

describe.each(koaLines)('getAuth on %s', (_, Koa) => {
  const asking =
    (kind: 'agent-token' | 'person-token' | 'auth-token'): Middleware =>
    (ctx) => {
      ctx.body = getAuth(ctx, kind).type
    }

  it.each([
    ['agent-token', 'agentToken', 'agent-token'],
    ['person-token', 'personToken', 'person-token'],
    ['auth-token', 'authToken', 'auth-token'],
    ['person-token', 'authToken', 'auth-token'],
  ] as const)('for %s, with an %s, yields an %s [R11-072]', async (kind, minted, type) => {
    const { send, agent } = await serve(({ resource }) =>
      new Koa().use(protect(resource, anyKind)).use(asking(kind)).callback(),
    )
    expect(await (await send({ token: await agent[minted]() })).text()).toBe(type)
  })

  it('throws in a handler that reads a kind that the caller did not present', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa().use(tellError).use(protect(resource, anyKind)).use(asking('agent-token')).callback(),
    )
    const response = await send()
    expect([response.status, await response.text()]).toEqual([
      500,
      'TypeError: the second argument of getAuth is "agent-token", but the request carried "auth-token": pass a kind that "accept" of the route names',
    ])
  })

  it('throws in a handler without a guard before it, whatever the state contains', async () => {
    const { send } = await serve(() =>
      new Koa()
        .use(tellError)
        .use((ctx, next) => {
          ctx.state.aauth = { type: 'auth-token', sub: 'anybody' }
          return next()
        })
        .use(asking('auth-token'))
        .callback(),
    )
    const response = await send()
    expect([response.status, await response.text()]).toEqual([
      500,
      'TypeError: the request has no verified identity: put protect(resource) before this handler',
    ])
  })
})
