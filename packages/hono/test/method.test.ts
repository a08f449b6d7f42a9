import { verdictOf, withLines } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/hono'
import { Hono } from 'hono'
import { methodOverride } from 'hono/method-override'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const override = withLines(['x-http-method-override', 'DELETE'])

describe.each(hosts)('the request method of Hono on %s', (_, host) => {
  it('that was overridden must be the signed one [E06]', async () => {
    const { send } = await host(({ resource }) => {
      const app = new Hono()
      app.use(methodOverride({ app, header: 'x-http-method-override' }))
      app.delete('/notes', protect(resource), (c) => c.text('deleted'))
      return app
    })
    const sent = await send({ method: 'POST', onTheWay: override })
    expect(await verdictOf(sent)).toEqual([401, 'invalid_signature'])
  })

  it('that was overridden and signed is accepted by all guards of the route [E06, E23]', async () => {
    const { send } = await host(({ resource }) => {
      const app = new Hono()
      app.use(methodOverride({ app, header: 'x-http-method-override' }))
      app.delete('/notes', protect(resource), protect(resource), (c) => c.text('deleted'))
      return app
    })
    const sent = await send({
      method: 'DELETE',
      onTheWay: (message) => override({ ...message, method: 'POST' }),
    })
    expect([sent.status, await sent.text()]).toEqual([200, 'deleted'])
  })

  it('that was overridden behind a guard is verified again by the next one [E06]', async () => {
    const { send } = await host(({ resource }) => {
      const app = new Hono()
      app.use(protect(resource))
      app.use(methodOverride({ app, header: 'x-http-method-override' }))
      app.delete('/notes', protect(resource), (c) => c.text('deleted'))
      return app
    })
    expect((await send({ method: 'POST', onTheWay: override })).status).toBe(401)
  })

  it('that was overridden twice is verified again [E06]', async () => {
    const { send } = await host(({ resource }) => {
      const app = new Hono()
      app.use(methodOverride({ app, header: 'x-http-method-override' }))
      app.delete('/notes', protect(resource), (c) =>
        app.fetch(new Request(c.req.url, { method: 'PATCH' }), c.env),
      )
      app.patch('/notes', protect(resource), (c) => c.text('changed'))
      return app
    })
    const sent = await send({
      method: 'DELETE',
      onTheWay: (message) => override({ ...message, method: 'POST' }),
    })
    expect(sent.status).toBe(401)
  })
})
