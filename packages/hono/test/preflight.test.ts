import { makeWorld } from '@aauth-guard/fixtures/world'
import { protect } from '@aauth-guard/hono'
import { type Handler, Hono } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, it } from 'vitest'

const secret = 'the notes of somebody'
const preflight = new Request('https://notes.example/notes', {
  method: 'OPTIONS',
  headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
})

/** Ways to answer, each with something that an unauthenticated client must not see. */
const answers: Readonly<Record<string, Handler>> = {
  'a text': (c) => c.text(secret),
  JSON: (c) => c.json({ notes: secret }),
  'a response of its own': () => new Response(secret, { status: 201, headers: { 'content-length': '21' } }),
  'a stream': () => new Response(new Blob([secret]).stream()),
  'an error that shows': () => {
    throw new Error(secret)
  },
}

async function answerTo(handler: Handler | undefined, options = {}): Promise<Response> {
  const { resource } = await makeWorld({ cors: true, ...options })
  const app = new Hono()
  app.onError((error, c) => c.text(error.message, 400))
  app.use(protect(resource))
  if (handler) app.options('/notes', handler)
  else app.use(cors({ origin: 'https://app.example' }))
  return app.fetch(preflight.clone())
}

describe('a preflight on Hono', () => {
  it.each(Object.entries(answers))(
    'is answered without content when a handler answers with %s [M20]',
    async (_title, handler) => {
      const response = await answerTo(handler)
      expect([
        response.status < 401,
        await response.text(),
        response.headers.get('content-length'),
        response.headers.get('content-type'),
      ]).toEqual([true, '', null, null])
    },
  )

  it('is answered without content when no handler answers [M20]', async () => {
    const { resource } = await makeWorld({ cors: true })
    const response = await new Hono().use(protect(resource)).fetch(preflight.clone())
    expect([response.status, await response.text()]).toEqual([404, ''])
  })

  it('keeps the status and the fields of CORS middleware [M20]', async () => {
    const { status, headers } = await answerTo(undefined)
    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([
      204,
      'https://app.example',
      expect.stringContaining('Origin'),
    ])
  })

  it('cancels a stream that will not be read', async () => {
    const cancelled = new Promise((resolve) => {
      const stream = new ReadableStream({ pull: (to) => to.enqueue(Buffer.from(secret)), cancel: resolve })
      answerTo(() => new Response(stream)).catch(resolve)
    })
    expect(await cancelled).toBeUndefined()
  })

  it('passes no identity to the handler [M20]', async () => {
    let caller: unknown = 'not asked'
    await answerTo((c) => {
      caller = c.get('aauth')
      return c.body(null)
    })
    expect(caller).toBeUndefined()
  })

  it('is guarded like any request unless the resource has cors [M20]', async () => {
    expect((await answerTo((c) => c.text(secret), { cors: false })).status).toBe(401)
  })
})
