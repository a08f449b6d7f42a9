import { makeMailResource } from '@aauth-guard/fixtures/other-resources'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/koa'
import { dial } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

describe.each(koaLines)('several guards on %s', (_, Koa) => {
  it('do not take a request for a replay, but refuse a second one with the same signature [E23, J02]', async () => {
    const { sign, url } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(protect(resource))
        .use((ctx) => {
          ctx.status = 204
        })
        .callback(),
    )
    const message = await sign({ method: 'POST', params: { nonce: 'n' } })
    expect([(await dial(url, message)).status, (await dial(url, message)).status]).toEqual([204, 401])
  })

  it('require what the stricter one requires, and yield the identity of the last one [SIG-8]', async () => {
    const { send, agent } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource, { accept: ['agent-token', 'auth-token'] }))
        .use(protect(resource, { accept: 'agent-token', components: ['@query'] }))
        .use((ctx) => {
          ctx.body = ctx.state.aauth.agent
        })
        .callback(),
    )
    const token = await agent.agentToken()
    expect(await verdictOf(await send({ token }))).toEqual([401, 'invalid_input'])
    expect(await (await send({ token, cover: ['@query'] })).text()).toBe('aauth:planner@agent.example')
  })

  it('compare content once, even with a reader between them', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(async (ctx, next) => {
          for await (const _chunk of ctx.req);
          await next()
        })
        .use(protect(resource))
        .use((ctx) => {
          ctx.body = ctx.state.aauth.sub
        })
        .callback(),
    )
    const response = await send({ method: 'POST', body: 'note', digest: true })
    expect([response.status, await response.text()]).toEqual([200, 'person-1'])
  })

  it('of two resources verify separately', async () => {
    const { send } = await serve(({ resource, net }) => {
      const other = makeMailResource({ net })
      return new Koa().use(protect(resource)).use(protect(other)).callback()
    })
    expect(await verdictOf(await send())).toEqual([401, 'invalid_jwt'])
  })
})
