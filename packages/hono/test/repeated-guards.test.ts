import { makeMailResource } from '@aauth-guard/fixtures/other-resources'
import { verdictOf } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/hono'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

describe.each(hosts)('several guards of Hono on %s', (_, host) => {
  it('do not take a request for a replay [E23]', async () => {
    const { send } = await host(({ resource }) =>
      new Hono().use(protect(resource)).post('/notes', protect(resource), (c) => c.body(null, 204)),
    )
    expect((await send({ method: 'POST' })).status).toBe(204)
  })

  it('require what the stricter one requires, and yield the identity of the last one [SIG-8]', async () => {
    const { send, agent } = await host(({ resource }) =>
      new Hono()
        .use(protect(resource, { accept: ['agent-token', 'auth-token'] }))
        .get('/notes', protect(resource, { accept: 'agent-token', components: ['@query'] }), (c) =>
          c.text(c.var.aauth.agent),
        ),
    )
    const token = await agent.agentToken()
    expect(await verdictOf(await send({ token }))).toEqual([401, 'invalid_input'])
    expect(await (await send({ token, cover: ['@query'] })).text()).toBe('aauth:planner@agent.example')
  })

  it('of two resources verify separately', async () => {
    const { send } = await host(({ resource, net }) => {
      const other = makeMailResource({ net })
      return new Hono().use(protect(resource)).use(protect(other))
    })
    expect(await verdictOf(await send())).toEqual([401, 'invalid_jwt'])
  })
})

describe('a request that was replaced between guards, on a fetch host', () => {
  it.each([
    ['another target', (raw: Request) => new Request('https://notes.example/admin', raw)],
    ['another method', (raw: Request) => new Request(raw, { method: 'DELETE' })],
  ])('by one with %s is verified again [E06]', async (_title, replace) => {
    const [, onFetch] = hosts[1] as (typeof hosts)[number]
    const { send } = await onFetch(({ resource }) =>
      new Hono()
        .use(protect(resource))
        .use(async (c, next) => {
          c.req.raw = replace(c.req.raw)
          await next()
        })
        .use(protect(resource)),
    )
    expect(await verdictOf(await send())).toEqual([401, 'invalid_signature'])
  })
})
