import { isAAuthError, type Resource } from '@aauth-guard/core'
import {
  Grants,
  one,
  outcomes,
  replacement,
  verdict,
  wrongOptions,
} from '@aauth-guard/fixtures/require-grant-calls'
import { protect, requireGrant } from '@aauth-guard/hono'
import { type ErrorHandler, Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const problem = 'application/problem+json'
const tellError: ErrorHandler = (error, c) =>
  isAAuthError(error) ? c.text(error.code, 418) : c.text(`${error.name}: ${error.message}`, 500)

describe.each(hosts)('requireGrant of Hono on %s', (_, host) => {
  function build(resource: Resource, options = {}) {
    const grants = new Grants(resource)
    return new Hono()
      .onError(tellError)
      .post('/runs', protect(resource), (c) => {
        grants.leave(c.var.aauth)
        return c.body(null, 201)
      })
      .post(
        '/runs/:run',
        protect(resource),
        requireGrant((c) => grants.load(c.req.param('run') ?? ''), options),
        (c) => c.text(`goes on with ${c.req.param('run')}`),
      )
  }
  async function begun(options = {}) {
    const hosted = await host(({ resource }) => build(resource, options))
    const token = await hosted.agent.authToken({ generation: 'mission-header', mission: one })
    expect((await hosted.send({ method: 'POST', target: '/runs', token })).status).toBe(201)
    const second = await replacement(hosted)
    return {
      ...hosted,
      resume: (run: string) => hosted.send({ method: 'POST', target: `/runs/${run}`, ...second }),
    }
  }

  it.each(outcomes)('gives for a grant that is %s: %d %s%s', async (run, status, code) => {
    const { resume } = await begun()
    const expected = status === 200 ? [200, null, `goes on with ${run}`] : [status, code, problem]
    expect(await verdict(await resume(run))).toEqual(expected)
  })

  it('follows the class policy [CLASS-2]', async () => {
    const { resume } = await begun({ classPolicy: 'mission-only' })
    expect(await verdict(await resume('no-class'))).toEqual([200, null, 'goes on with no-class'])
    expect(await verdict(await resume('another-class'))).toEqual([403, 'class_mismatch', problem])
  })

  it('throws refusals when both guards have passErrors', async () => {
    const { send, agent } = await host(({ resource }) => {
      const grants = new Grants(resource)
      return new Hono()
        .onError(tellError)
        .use(protect(resource, {}, { passErrors: true }))
        .get(
          '/notes',
          requireGrant(() => grants.load('throws'), { passErrors: true }),
        )
    })
    const response = await send({ token: await agent.authToken({ mission: one }) })
    expect([response.status, await response.text()]).toEqual([418, 'server_error'])
  })

  it.each([
    [
      'names the remedy when no guard ran before',
      undefined,
      500,
      'TypeError: the request has no verified identity: put protect(resource) before requireGrant',
    ],
    [
      'refuses a caller whom an optional guard accepted without an identity',
      { optional: true },
      403,
      '"access_denied"',
    ],
  ] as const)('%s, and loads nothing', async (_title, optional, status, says) => {
    let loaded = 0
    const { sendUnsigned } = await host(({ resource }) => {
      const app = new Hono().onError(tellError)
      if (optional) app.use(protect(resource, optional))
      const load = () => {
        loaded += 1
        return undefined
      }
      return app.get('/notes', requireGrant(load))
    })
    const response = await sendUnsigned()
    expect([response.status, loaded]).toEqual([status, 0])
    expect(await response.text()).toContain(says)
  })

  it('rejects an identity that was set by hand', async () => {
    const { send, agent } = await host(({ resource }) =>
      new Hono()
        .onError(tellError)
        .use(protect(resource))
        .use(async (c, next) => {
          c.set('aauth', { ...c.var.aauth })
          await next()
        })
        .get(
          '/notes',
          requireGrant(() => undefined),
        ),
    )
    const response = await send({ token: await agent.authToken({ mission: one }) })
    expect([response.status, (await response.text()).slice(0, 9)]).toEqual([500, 'TypeError'])
  })

  it.each(wrongOptions)('cannot be made with %j', (options) => {
    expect(() => requireGrant(() => undefined, options)).toThrow(
      /^"classPolicy" is .*: write 'deny', 'mission-only', 'same-key' or 'linked-key'$/,
    )
  })
})
