import { answer, isAAuthError } from '@aauth-guard/core'
import { protect } from '@aauth-guard/hono'
import { Hono } from 'hono'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { hosts } from './hosts.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(hosts)('refusals of Hono on %s', (_, host) => {
  it('are problem documents without a charset, and nothing behind the guard runs [ERR-2]', async () => {
    let entered = false
    const { send } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource), (c) => {
        entered = true
        return c.body(null)
      }),
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
    const { send } = await host(({ resource }) =>
      new Hono()
        .use(async (c, next) => {
          c.header('x-request-id', '7')
          await next()
          seen = c.res.status
        })
        .use(protect(resource)),
    )
    const response = await send({ mistake: 'stale' })
    expect([seen, response.headers.get('x-request-id')]).toEqual([401, '7'])
  })

  it('are passed to app.onError under passErrors, with everything to answer them [ERR-5]', async () => {
    let code: string | undefined
    const { sendUnsigned } = await host(({ resource }) =>
      new Hono()
        .onError(async (error) => {
          code = isAAuthError(error) ? error.code : undefined
          const { status, headers, body } = await answer(error)
          return new Response(body, { status, headers })
        })
        .get('/notes', protect(resource, {}, { passErrors: true })),
    )
    const response = await sendUnsigned()
    expect([response.status, response.headers.get('aauth-requirement'), code]).toEqual([
      401,
      'requirement=agent-token',
      'invalid_signature',
    ])
  })

  it('under passErrors keep the handler from running even without app.onError', async () => {
    // Hono logs unhandled errors to the console.
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    let entered = false
    const { send } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource, {}, { passErrors: true }), (c) => {
        entered = true
        return c.body(null)
      }),
    )
    expect([(await send({ mistake: 'stale' })).status, entered]).toEqual([500, false])
  })

  it('of a check that throws keep the handler from running [Q09]', async () => {
    const { send, refusals } = await host(({ resource }) => {
      const check = (): boolean => {
        throw new Error('the database is away')
      }
      return new Hono().get('/notes', protect(resource, { check }), (c) => c.text('notes'))
    })
    const response = await send()
    expect([response.status, response.headers.get('retry-after'), refusals[0]?.hint]).toEqual([
      503,
      '5',
      '"check" threw "Error: the database is away": fix it, or return false to refuse the request',
    ])
  })

  it('are not made of other errors that a handler throws', async () => {
    const { send } = await host(({ resource }) =>
      new Hono()
        .onError((error, c) => c.text(error.message, 500))
        .get('/notes', protect(resource), () => {
          throw new Error('the handler failed')
        }),
    )
    const response = await send()
    expect([response.status, await response.text()]).toEqual([500, 'the handler failed'])
  })
})
