import { type OnTheWay, type Sent, verdictOf } from '@aauth-guard/fixtures/served'
import { protect } from '@aauth-guard/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { describe, expect, it } from 'vitest'
import { hosts } from './hosts.ts'

const form = 'text=milk&more=bread'
const note: Sent = {
  method: 'POST',
  body: form,
  digest: true,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
}
const json: Sent = { ...note, body: '{"text":"milk"}', headers: { 'content-type': 'application/json' } }
/** Somebody on the way changes the content and nothing else. */
const tampered: OnTheWay = (message) => ({
  ...message,
  body: new TextEncoder().encode('text=wine&more=bread'),
})

/** Ways of Hono and of the platform to read a request, all to the same text. */
const readers: Readonly<Record<string, (c: Context) => Promise<string>>> = {
  'c.req.text': ({ req }) => req.text(),
  'c.req.arrayBuffer': async ({ req }) => new TextDecoder().decode(await req.arrayBuffer()),
  'c.req.blob': async ({ req }) => (await req.blob()).text(),
  'c.req.formData': async ({ req }) =>
    new URLSearchParams([...(await req.formData())] as [string, string][]).toString(),
  'c.req.parseBody': async ({ req }) =>
    new URLSearchParams((await req.parseBody()) as Record<string, string>).toString(),
  'c.req.raw.text': ({ req }) => req.raw.text(),
  'c.req.raw.clone': ({ req }) => req.raw.clone().text(),
}

describe.each(hosts)('content of Hono on %s', (_, host) => {
  it.each(Object.entries(readers))('that was compared can be read by %s [SIG-12]', async (_title, read) => {
    const { send } = await host(({ resource }) =>
      new Hono().post('/notes', protect(resource), async (c) => c.text(await read(c))),
    )
    expect(await (await send(note)).text()).toBe(form)
  })

  it('that was compared can be read by c.req.json [SIG-12]', async () => {
    const { send } = await host(({ resource }) =>
      new Hono().post('/notes', protect(resource), async (c) => c.json(await c.req.json())),
    )
    expect(await (await send(json)).json()).toEqual({ text: 'milk' })
  })

  it('that was changed on the way is refused before the handler, with a hint for the operator [SIG-12, N01]', async () => {
    let entered = false
    const { send, refusals } = await host(({ resource }) =>
      new Hono().post('/notes', protect(resource), (c) => {
        entered = true
        return c.body(null, 204)
      }),
    )
    expect(await verdictOf(await send({ ...note, onTheWay: tampered }))).toEqual([401, 'invalid_signature'])
    expect([refusals.map(({ hint }) => hint), entered]).toEqual([
      [expect.stringMatching(/^"content-digest" is not the digest of the content: /)],
      false,
    ])
  })

  it.each([
    ['of an unauthenticated client', { ...note, mistake: 'stale' }],
    ['that is not covered', { ...note, digest: false }],
  ] as const)('%s is not read by the guard', async (_title, sent) => {
    let used: boolean | undefined
    const look: MiddlewareHandler = async (c, next) => {
      await next()
      used = c.req.raw.bodyUsed
    }
    const { send } = await host(({ resource }) =>
      new Hono().post('/notes', look, protect(resource), (c) => c.body(null, 204)),
    )
    await send(sent)
    expect(used).toBe(false)
  })

  it.each(['c.req.text', 'c.req.arrayBuffer', 'c.req.blob', 'c.req.parseBody'])(
    'that %s read before the guard is still compared [N07]',
    async (name) => {
      const early: MiddlewareHandler = async (c, next) => {
        await readers[name]?.(c)
        await next()
      }
      const { send } = await host(({ resource }) =>
        new Hono().post('/notes', early, protect(resource), async (c) => c.text(await c.req.text())),
      )
      const good = await send(note)
      const changed = await send({ ...note, onTheWay: tampered })
      expect([good.status, await good.text(), ...(await verdictOf(changed))]).toEqual([
        200,
        form,
        401,
        'invalid_signature',
      ])
    },
  )

  it.each(['c.req.formData', 'c.req.raw.text'])(
    'that %s consumed before the guard cannot be compared, and the handler does not run [N07]',
    async (name) => {
      const early: MiddlewareHandler = async (c, next) => {
        await readers[name]?.(c)
        await next()
      }
      let entered = false
      const { send } = await host(({ resource }) =>
        new Hono().post('/notes', early, protect(resource), (c) => {
          entered = true
          return c.body(null, 204)
        }),
      )
      const response = await send(note)
      expect([...(await verdictOf(response)), entered]).toEqual([503, 'server_error', false])
    },
  )

  it('over the limit is refused [N09]', async () => {
    const { send } = await host(({ resource }) =>
      new Hono().post('/notes', protect(resource), (c) => c.body(null, 204)),
    )
    expect(await verdictOf(await send({ ...note, body: 'x'.repeat(1_048_577) }))).toEqual([
      413,
      'content_too_large',
    ])
  })

  it('over the limit is reported to the operator like every refusal [N09]', async () => {
    const { send, refusals } = await host(({ resource }) => new Hono().post('/notes', protect(resource)))
    await send({ ...note, body: 'x'.repeat(1_048_577) })
    expect(refusals.map(({ code }) => code)).toEqual(['content_too_large'])
  })

  it('is compared once, even if only its text is left', async () => {
    const early: MiddlewareHandler = async (c, next) => {
      await c.req.text()
      await next()
    }
    const { send } = await host(({ resource }) =>
      new Hono().post('/notes', protect(resource), early, protect(resource), async (c) =>
        c.text(await c.req.text()),
      ),
    )
    // A byte order mark is not a part of the text.
    const response = await send({ ...note, body: '\uFEFFmilk' })
    expect([response.status, await response.text()]).toEqual([200, 'milk'])
  })

  it('is compared once for two guards, whatever is between them [E23]', async () => {
    const replaceBody: MiddlewareHandler = async (c, next) => {
      c.req.raw = new Request(c.req.raw, { body: await c.req.arrayBuffer() })
      await next()
    }
    const { send } = await host(({ resource }) =>
      new Hono()
        .use(protect(resource))
        .use(bodyLimit({ maxSize: 1000 }))
        .use(replaceBody)
        .post('/notes', protect(resource, { scope: 'access' }), async (c) => c.text(await c.req.raw.text())),
    )
    const token = await (await host(() => new Hono())).agent.authToken({ scope: 'access' })
    expect((await send({ ...note, token })).status).toBe(200)
  })
})
