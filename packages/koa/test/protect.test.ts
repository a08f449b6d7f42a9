import { type Auth, createResource } from '@aauth-guard/core'
import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { callAtOnce } from '@aauth-guard/fixtures/many-agents'
import { makeForeignResource } from '@aauth-guard/fixtures/other-resources'
import { serve } from '@aauth-guard/fixtures/served'
import { getAuth, protect } from '@aauth-guard/koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

describe.each(koaLines)('protect on %s', (_, Koa) => {
  it('accepts a verified caller and passes the identity to the handler', async () => {
    let seen: Auth | undefined
    const { send, agent } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource, { scope: 'access' }))
        .use((ctx) => {
          seen = getAuth(ctx, 'auth-token')
          ctx.body = { same: ctx.state.aauth === seen }
        })
        .callback(),
    )
    const token = await agent.authToken({ scope: 'access', sub: 'person-7' })
    const response = await send({ token })
    expect([response.status, await response.json()]).toEqual([200, { same: true }])
    expect(seen).toMatchObject({ type: 'auth-token', sub: 'person-7', scopes: ['access'] })
  })

  it('guards everything behind it', async () => {
    let entered = 0
    const { send, sendUnsigned } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use((ctx) => {
          entered += 1
          ctx.status = 204
        })
        .callback(),
    )
    expect([(await send()).status, (await sendUnsigned()).status, entered]).toEqual([204, 401, 1])
  })

  it('does not run the handler before the decision [Q07]', async () => {
    let handlerEntered = false
    const { asked, verdict, check } = makeHeldCheck()
    const { send } = await serve(({ resource }) => {
      return new Koa()
        .use(protect(resource, { check }))
        .use(() => {
          handlerEntered = true
        })
        .callback()
    })
    const sent = send()
    await asked.passed
    const enteredEarly = handlerEntered
    verdict.open(false)
    expect([enteredEarly, (await sent).status, handlerEntered]).toEqual([false, 403, false])
  })

  it('passes an identity to the handler that cannot be changed or replaced [Q05]', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use((ctx) => {
          const auth = ctx.state.aauth as unknown as { sub: string; scopes: string[] }
          const changes = [
            () => {
              auth.sub = 'somebody else'
            },
            () => auth.scopes.push('notes.write'),
            () => Object.assign(ctx.state, { aauth: { ...auth, sub: 'somebody else' } }),
          ]
          const refused = changes.map((change) => {
            try {
              change()
              return false
            } catch (error) {
              return error instanceof TypeError
            }
          })
          ctx.body = { refused, sub: ctx.state.aauth.sub }
        })
        .callback(),
    )
    expect(await (await send()).json()).toEqual({ refused: [true, true, true], sub: 'person-1' })
  })

  it('provides the identity to views through the state', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use((ctx) => {
          const { aauth } = { ...ctx.state }
          ctx.body = aauth.sub
        })
        .callback(),
    )
    expect(await (await send()).text()).toBe('person-1')
  })

  it('accepts callers without a credential when it is optional, and yields no identity', async () => {
    const { send, sendUnsigned } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource, { optional: true }))
        .use((ctx) => {
          ctx.body = { sub: ctx.state.aauth?.sub ?? null }
        })
        .callback(),
    )
    expect([await (await sendUnsigned()).json(), await (await send()).json()]).toEqual([
      { sub: null },
      { sub: 'person-1' },
    ])
  })

  it('does not mix up 200 concurrent agents [Q06]', async () => {
    const { send, net } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(async (ctx) => {
          const before = ctx.state.aauth.sub
          await new Promise((resolve) => setImmediate(resolve))
          ctx.body = [before, getAuth(ctx, 'auth-token').sub, ctx.state.aauth.thumbprint]
        })
        .callback(),
    )
    const { answers, expected } = await callAtOnce(200, { net, send })
    expect(answers).toEqual(expected)
  })

  it('keeps answers out of shared caches unless a handler sets the fields [M14]', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use((ctx, next) => {
          if (ctx.path === '/before') ctx.set({ 'Cache-Control': 'max-age=5', Vary: 'Origin' })
          return next()
        })
        .use(protect(resource))
        .use((ctx) => {
          if (ctx.path === '/behind') ctx.set({ 'Cache-Control': 'no-store', Vary: '*' })
          ctx.body = 'notes'
        })
        .callback(),
    )
    const said = async (target: string): Promise<unknown> => {
      const { headers } = await send({ target })
      return [headers.get('cache-control'), headers.get('vary')]
    }
    expect([await said('/notes'), await said('/before'), await said('/behind')]).toEqual([
      ['private', 'Signature-Key, Signature'],
      ['max-age=5', 'Origin'],
      ['no-store', '*'],
    ])
  })

  it('throws for a requirement that is malformed', () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    expect(() => protect(resource, { scope: 'undescribed' })).toThrow('"scope" contains "undescribed"')
  })

  it('throws for an object that createResource did not make', () => {
    expect(() => protect(makeForeignResource())).toThrow(
      'made by another copy of @aauth-guard/core: pass what createResource() returned',
    )
  })
})
