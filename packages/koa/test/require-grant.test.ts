import { type Auth, isAAuthError, type Resource } from '@aauth-guard/core'
import type { GrantOptions } from '@aauth-guard/core/missions'
import {
  Grants,
  one,
  outcomes,
  replacement,
  verdict,
  wrongOptions,
} from '@aauth-guard/fixtures/require-grant-calls'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { type GuardOptions, protect, requireGrant } from '@aauth-guard/koa'
import type Koa3 from 'koa'
import type { Middleware } from 'koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'

const problem = 'application/problem+json'
const tellError: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (error) {
    ctx.status = isAAuthError(error) ? 418 : 500
    ctx.body = isAAuthError(error) ? error.code : String(error)
  }
}

describe.each(koaLines)('requireGrant on %s', (_, Koa) => {
  function build(resource: Resource, options: GrantOptions & GuardOptions = {}): Koa3 {
    const grants = new Grants(resource)
    return new Koa()
      .use(tellError)
      .use(protect(resource, {}, { passErrors: options.passErrors ?? false }))
      .use((ctx, next) => {
        if (ctx.path !== '/runs') return next()
        grants.leave(ctx.state.aauth as Auth)
        ctx.status = 201
        return undefined
      })
      .use(requireGrant((ctx) => grants.load(ctx.path.slice('/runs/'.length)), options))
      .use((ctx) => {
        ctx.body = `goes on with ${ctx.path.slice('/runs/'.length)}`
      })
  }
  async function begun(options = {}) {
    const served = await serve(({ resource }) => build(resource, options).callback())
    const token = await served.agent.authToken({ generation: 'mission-header', mission: one })
    expect((await served.send({ method: 'POST', target: '/runs', token })).status).toBe(201)
    const second = await replacement(served)
    return {
      ...served,
      resume: (run: string) => served.send({ method: 'POST', target: `/runs/${run}`, ...second }),
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

  it('throws refusals when it and the guard have passErrors', async () => {
    const { resume } = await begun({ passErrors: true })
    const response = await resume('throws')
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
    const { sendUnsigned } = await serve(({ resource }) => {
      const app = new Koa().use(tellError)
      if (optional) app.use(protect(resource, optional))
      const load = () => {
        loaded += 1
        return undefined
      }
      return app.use(requireGrant(load)).callback()
    })
    const response = await sendUnsigned()
    expect([response.status, loaded]).toEqual([status, 0])
    expect(await response.text()).toContain(says)
  })

  it('loads nothing when covered content cannot be compared [SIG-12]', async () => {
    let loaded = 0
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(tellError)
        .use(async (ctx, next) => {
          for await (const _chunk of ctx.req);
          await next()
        })
        .use(protect(resource))
        .use(
          requireGrant(() => {
            loaded += 1
            return undefined
          }),
        )
        .callback(),
    )
    const response = await send({ method: 'POST', body: 'note', digest: true })
    expect([...(await verdictOf(response)), loaded]).toEqual([503, 'server_error', 0])
  })

  it.each(wrongOptions)('cannot be made with %j', (options) => {
    expect(() => requireGrant(() => undefined, options)).toThrow(
      /^"classPolicy" is .*: write 'deny', 'mission-only', 'same-key' or 'linked-key'$/,
    )
  })
})
