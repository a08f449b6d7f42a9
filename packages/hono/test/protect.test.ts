import type { ServerResponse } from 'node:http'
import { type Auth, createResource } from '@aauth-guard/core'
import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { callAtOnce } from '@aauth-guard/fixtures/many-agents'
import { makeForeignResource } from '@aauth-guard/fixtures/other-resources'
import { protect } from '@aauth-guard/hono'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const nothing = (c: Context) => c.body(null, 204)

describe.each(hosts)('protect of Hono on %s', (_, host) => {
  it('accepts a verified caller and passes the identity to the handler', async () => {
    let seen: Auth | undefined
    const { send, agent } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource, { scope: 'access' }), (c) => {
        seen = c.var.aauth
        return c.json(c.get('aauth') === seen)
      }),
    )
    const token = await agent.authToken({ scope: 'access', sub: 'person-7' })
    expect(await (await send({ token })).json()).toBe(true)
    expect(seen).toMatchObject({ type: 'auth-token', sub: 'person-7', scopes: ['access'] })
  })

  it('guards everything behind app.use', async () => {
    let entered = 0
    const { send, sendUnsigned } = await host(({ resource }) =>
      new Hono().use(protect(resource)).get('/notes', (c) => {
        entered += 1
        return nothing(c)
      }),
    )
    expect([(await send()).status, (await sendUnsigned()).status, entered]).toEqual([204, 401, 1])
  })

  it('does not run the handler before the decision [Q07]', async () => {
    let handlerEntered = false
    const { asked, verdict, check } = makeHeldCheck()
    const { send } = await host(({ resource }) => {
      return new Hono().get('/notes', protect(resource, { check }), (c) => {
        handlerEntered = true
        return nothing(c)
      })
    })
    const sent = send()
    await asked.passed
    const enteredEarly = handlerEntered
    verdict.open(false)
    expect([enteredEarly, (await sent).status, handlerEntered]).toEqual([false, 403, false])
  })

  it('passes an identity to the handler that cannot be changed [Q05]', async () => {
    const { send } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource), (c) => {
        const auth = c.var.aauth as unknown as { sub: string; scopes: string[] }
        expect(() => {
          auth.sub = 'somebody else'
        }).toThrow(TypeError)
        expect(() => auth.scopes.push('notes.write')).toThrow(TypeError)
        return c.text(c.var.aauth.sub ?? '')
      }),
    )
    expect(await (await send()).text()).toBe('person-1')
  })

  it('accepts callers without a credential when it is optional, and yields no identity', async () => {
    const { send, sendUnsigned } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource, { optional: true }), (c) =>
        c.json({ sub: c.var.aauth?.sub ?? null }),
      ),
    )
    expect([await (await sendUnsigned()).json(), await (await send()).json()]).toEqual([
      { sub: null },
      { sub: 'person-1' },
    ])
  })

  it('does not mix up 200 concurrent agents [Q06]', async () => {
    const { send, net } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource), async (c) => {
        const before = c.var.aauth.sub
        await new Promise((resolve) => setImmediate(resolve))
        return c.json([before, c.var.aauth.sub, c.var.aauth.thumbprint])
      }),
    )
    const { answers, expected } = await callAtOnce(200, { net, send })
    expect(answers).toEqual(expected)
  })

  it('keeps answers out of shared caches unless a handler sets the fields [M14]', async () => {
    const { send } = await host(({ resource }) =>
      new Hono()
        .use('/before', async (c, next) => {
          c.header('cache-control', 'max-age=5')
          c.header('vary', 'Origin')
          await next()
        })
        .use(protect(resource))
        .get('/notes', (c) => c.text('notes'))
        .get('/before', (c) => c.text('notes'))
        .get('/behind', (c) => c.text('notes', 200, { 'cache-control': 'no-store', vary: '*' }))
        .get('/elsewhere', () => Response.redirect('https://notes.example/notes', 302))
        // The headers of its response cannot be changed.
        .get('/fetched', () => fetch('data:text/plain,notes'))
        .get(
          '/own',
          () => new Response('notes', { headers: { 'cache-control': 'max-age=5', vary: 'Cookie' } }),
        ),
    )
    const said = async (target: string): Promise<unknown> => {
      const { headers } = await send({ target })
      return [headers.get('cache-control'), headers.get('vary')]
    }
    const all = ['/notes', '/before', '/behind', '/elsewhere', '/fetched', '/own'].map(said)
    expect(await Promise.all(all)).toEqual([
      ['private', 'Signature-Key, Signature'],
      ['max-age=5', 'Origin'],
      ['no-store', '*'],
      ['private', 'Signature-Key, Signature'],
      ['private', 'Signature-Key, Signature'],
      ['max-age=5', 'Cookie'],
    ])
  })

  it('leaves fields to a handler that comes after middleware which has used the response', async () => {
    const { send } = await host(({ resource }) =>
      new Hono()
        .use(cors({ origin: 'https://app.example' }))
        .use(protect(resource))
        .get('/notes', (c) => c.text('notes', 200, { 'cache-control': 'no-store' })),
    )
    const { headers } = await send()
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('protect of Hono', () => {
  it('passes on an upgrade response of the runtime unchanged', async () => {
    const [, onFetch] = hosts[1] as (typeof hosts)[number]
    // Only runtimes can make a response with this status.
    const upgrade = Object.defineProperty(new Response(null), 'status', { value: 101 })
    const { send } = await onFetch(({ resource }) =>
      new Hono().get('/notes', protect(resource), () => upgrade),
    )
    expect(await send()).toBe(upgrade)
  })

  it('leaves an answer alone that the handler wrote to the socket itself', async () => {
    const [, onNode] = hosts[0] as (typeof hosts)[number]
    const { send } = await onNode(({ resource }) =>
      new Hono().get('/notes', protect(resource), (c) => {
        const { outgoing } = c.env as { outgoing: ServerResponse }
        outgoing.end('notes')
        return RESPONSE_ALREADY_SENT
      }),
    )
    expect(await (await send()).text()).toBe('notes')
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
