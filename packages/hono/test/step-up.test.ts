import { isAAuthError, stepUp } from '@aauth-guard/core'
import { protect } from '@aauth-guard/hono'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest'
import { hosts } from './hosts.ts'

const options = { scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' } }
const read = { scope: 'notes.read' } as const
const write = { scope: 'notes.write' } as const

let printed: MockInstance
beforeEach(() => {
  printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(hosts)('a step-up in a handler of Hono on %s', (_, host) => {
  it('prints no stack, and its answer is private to the caller [CHAL-7, M14]', async () => {
    const { send, agent } = await host(
      ({ resource }) =>
        new Hono().get('/notes', protect(resource, read), (c) => stepUp(resource, c.var.aauth, write)),
      options,
    )
    const { status, headers } = await send({ token: await agent.authToken(read) })
    expect([status, headers.get('cache-control'), headers.get('vary'), printed.mock.calls]).toEqual([
      401,
      'no-store',
      'Signature-Key, Signature',
      [],
    ])
  })

  it('keeps the Vary that middleware has set', async () => {
    const { send, agent } = await host(
      ({ resource }) =>
        new Hono()
          .use(async (c, next) => {
            c.header('vary', 'Origin')
            await next()
          })
          .get('/notes', protect(resource, read), (c) => stepUp(resource, c.var.aauth, write)),
      options,
    )
    const { status, headers } = await send({ token: await agent.authToken(read) })
    expect([status, headers.get('vary')]).toEqual([401, 'Origin'])
  })

  it('is passed to app.onError under passErrors, whose answer is sent', async () => {
    const { send, agent } = await host(
      ({ resource }) =>
        new Hono()
          .onError((error, c) => c.text(isAAuthError(error) ? error.code : 'another error', 418))
          .get('/notes', protect(resource, read, { passErrors: true }), (c) =>
            stepUp(resource, c.var.aauth, write),
          ),
      options,
    )
    const response = await send({ token: await agent.authToken(read) })
    expect([response.status, await response.text()]).toEqual([418, 'auth_token_required'])
  })

  it('prints where it was called when nothing answers it', async () => {
    const { send, agent } = await host(
      ({ resource }) =>
        new Hono().get('/notes', protect(resource, read, { passErrors: true }), (c) =>
          stepUp(resource, c.var.aauth, write),
        ),
      options,
    )
    const { status } = await send({ token: await agent.authToken(read) })
    expect([status, printed.mock.calls.map(([error]) => (error as Error).stack)]).toEqual([
      500,
      [expect.stringContaining('step-up.test.ts')],
    ])
  })

  it('does not affect the printed stack of other errors of a handler', async () => {
    const { send } = await host(({ resource }) =>
      new Hono().get('/notes', protect(resource), () => {
        throw new Error('the handler failed')
      }),
    )
    const { status } = await send()
    expect([status, printed.mock.calls.map(([error]) => (error as Error).message)]).toEqual([
      500,
      ['the handler failed'],
    ])
  })
})
