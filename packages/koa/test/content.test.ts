import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { note, tampered } from '@aauth-guard/fixtures/note'
import { wireText } from '@aauth-guard/fixtures/raw-socket'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import { getAuth, protect } from '@aauth-guard/koa'
import { bodyParser } from '@koa/bodyparser'
import { describe, expect, it } from 'vitest'
import { exchange } from '../../contract/exchange.ts'
import { koaLines } from './koa-lines.ts'
import { tellError } from './tell-error.ts'

/** Common ways to read a request behind the guard. */
const readers: Readonly<Record<string, (req: IncomingMessage) => Promise<string>>> = {
  'an async iterator': async (req) => {
    let text = ''
    for await (const chunk of req) text += chunk
    return text
  },
  'data events': (req) =>
    new Promise((resolve) => {
      let text = ''
      req.on('data', (chunk) => {
        text += chunk
      })
      req.on('end', () => resolve(text))
    }),
  'a pipe': (req) => readers['an async iterator']?.(req.pipe(new PassThrough()) as never) as Promise<string>,
  'a web stream': (req) => new Response(Readable.toWeb(req) as ReadableStream).text(),
}

describe.each(koaLines)('content on %s', (_, Koa) => {
  it.each(Object.entries(readers))('that was compared can be read by %s [SIG-12]', async (_title, read) => {
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(async (ctx) => {
          ctx.body = await read(ctx.req)
        })
        .callback(),
    )
    const body = 'x'.repeat(300_000)
    expect(await (await send({ ...note, body })).text()).toBe(body)
  })

  it('that was changed on the way is refused before the handler, with a hint for the operator [SIG-12, N01]', async () => {
    let entered = false
    const { send, refusals } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use(() => {
          entered = true
        })
        .callback(),
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
    let read: boolean | undefined
    const { send } = await serve(({ resource }) =>
      new Koa()
        .use(async (ctx, next) => {
          await next()
          read = ctx.req.readableDidRead
        })
        .use(protect(resource))
        .use((ctx) => {
          ctx.status = 204
        })
        .callback(),
    )
    await send(sent)
    expect(read).toBe(false)
  })

  it('over the limit is refused, and the connection continues [N09]', async () => {
    const { url, sign } = await serve(({ resource }) =>
      new Koa()
        .use(protect(resource))
        .use((ctx) => {
          ctx.status = 204
        })
        .callback(),
    )
    const large = await sign({ ...note, body: 'x'.repeat(3_000_000) })
    const answers = await exchange(url, [wireText(large, false), wireText(await sign())])
    expect(answers.map(({ status }) => status)).toEqual([413, 204])
  })

  it('over the limit is reported to the operator like every refusal [N09]', async () => {
    const { send, refusals } = await serve(({ resource }) => new Koa().use(protect(resource)).callback())
    await send({ ...note, body: 'x'.repeat(1_048_577) })
    expect(refusals.map(({ code }) => code)).toEqual(['content_too_large'])
  })

  it('that a parser consumed before the guard is refused, and the hint has the remedy [N07]', async () => {
    const { send, refusals } = await serve(({ resource }) =>
      new Koa()
        .use(tellError)
        .use(bodyParser() as never)
        .use(protect(resource))
        .use((ctx) => {
          ctx.body = ctx.path === '/state' ? ctx.state.aauth : getAuth(ctx, 'auth-token')
        })
        .callback(),
    )
    const answers = [await send(note), await send({ ...note, target: '/state' })]
    expect(await Promise.all(answers.map(verdictOf))).toEqual([
      [503, 'server_error'],
      [503, 'server_error'],
    ])
    expect(refusals[0]?.hint).toBe(
      'the signature covers "content-digest", but the content was not compared with it: mount protect(resource) before the body parsers',
    )
  })

  it('that ends too early is a fault of the client [Q10]', async () => {
    const refused = makeGate<string>()
    const { url, sign } = await serve(({ resource }) => {
      const app = new Koa()
      app.silent = true
      app.use((_ctx, next) => next().catch(({ code }) => refused.open(code)))
      return app.use(protect(resource, {}, { passErrors: true })).callback()
    })
    const text = wireText(await sign(note))
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(text.slice(0, -5), () => socket.destroy()),
    )
    expect(await refused.passed).toBe('invalid_request')
  })
})
