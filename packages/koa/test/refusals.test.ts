import { isAAuthError, stepUp } from '@aauth-guard/core'
import { serve } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/koa'
import { describe, expect, it } from 'vitest'
import { koaLines } from './koa-lines.ts'
import { tellError } from './tell-error.ts'

describe.each(koaLines)('refusals on %s', (_, Koa) => {
  it('are problem documents without a charset, and nothing behind the guard runs [ERR-2]', async () => {
    let entered = false
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(() => {
          entered = true
        })
        .callback(),
    )
    const response = await send({ mistake: 'stale' })
    expect([response.status, response.headers.get('content-type'), entered]).toEqual([
      401,
      'application/problem+json',
      false,
    ])
  })

  it('pass outer middleware, and keep its fields', async () => {
    let seen = 0
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(async (ctx, next) => {
          ctx.set('x-request-id', '7')
          await next()
          seen = ctx.status
        })
        .use(protect(resource))
        .callback(),
    )
    const response = await send({ mistake: 'stale' })
    expect([seen, response.headers.get('x-request-id')]).toEqual([401, '7'])
  })

  it('are thrown to outer middleware under passErrors', async () => {
    let code: string | undefined
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(async (ctx, next) => {
          try {
            await next()
          } catch (error) {
            if (!isAAuthError(error)) throw error
            code = error.code
            ctx.status = 418
          }
        })
        .use(protect(resource, {}, { passErrors: true }))
        .callback(),
    )
    expect([(await send({ mistake: 'stale' })).status, code]).toEqual([418, 'invalid_signature'])
  })

  it('of a handler that steps up are thrown to outer middleware under passErrors [CHAL-7]', async () => {
    let thrown: unknown
    const { send, agent } = await serve(({ resource }) =>
      new Koa()
        .use(async (ctx, next) => {
          await next().catch((error: unknown) => {
            thrown = error
          })
          ctx.status = 418
        })
        .use(protect(resource, {}, { passErrors: true }))
        .use((ctx) => stepUp(resource, ctx.state.aauth, { scope: 'access' }))
        .callback(),
    )
    const { status } = await send({ token: await agent.authToken({ scope: 'access' }) })
    expect([status, isAAuthError(thrown) && thrown.code]).toEqual([418, 'auth_token_required'])
  })

  it('keep their status and fields even when no middleware catches them [ERR-5]', async () => {
    const { sendUnsigned } = await serve(({ resource }) =>
      new Koa().use(protect(resource, {}, { passErrors: true })).callback(),
    )
    const response = await sendUnsigned()
    const names = ['signature-error', 'aauth-requirement', 'accept-signature-alg', 'accept-signature-scheme']
    expect([response.status, names.map((name) => response.headers.get(name)), await response.text()]).toEqual(
      [
        401,
        ['error=invalid_signature', 'requirement=agent-token', 'Ed25519, ES256', 'jwt'],
        'The HTTP message signature is missing, malformed, stale or does not verify.',
      ],
    )
  })

  it('of a check that throws keep the handler from running [Q09]', async () => {
    const { send, refusals } = await serve(({ resource }) => {
      const check = (): boolean => {
        throw new Error('the database is away')
      }
      return new Koa()
        .use(protect(resource, { check }))
        .use((ctx) => {
          ctx.body = 'notes'
        })
        .callback()
    })
    const response = await send()
    expect([response.status, response.headers.get('retry-after'), refusals[0]?.hint]).toEqual([
      503,
      '5',
      '"check" threw "Error: the database is away": fix it, or return false to refuse the request',
    ])
  })

  it('are not made of other errors that a handler throws', async () => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(tellError)
        .use(protect(resource))
        .use(() => {
          throw new Error('the handler failed')
        })
        .callback(),
    )
    const response = await send()
    expect([response.status, await response.text()]).toEqual([500, 'Error: the handler failed'])
  })
})
