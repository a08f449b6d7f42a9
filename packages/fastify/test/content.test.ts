import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { protect } from '@aauth-guard/fastify'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { note, tampered } from '@aauth-guard/fixtures/note'
import { wireText } from '@aauth-guard/fixtures/raw-socket'
import { verdictOf } from '@aauth-guard/fixtures/served'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import { exchange } from '../../contract/exchange.ts'
import { serveFastify } from './serve-fastify.ts'

const octets = { 'content-type': 'application/octet-stream' }

/** Ways in which Fastify passes content on. */
const parsers: Readonly<Record<string, (app: FastifyInstance) => void>> = {
  'a parser of octets': (app) =>
    app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, content, done) =>
      done(null, content.toString()),
    ),
  'a parser that reads the stream': (app) =>
    app.addContentTypeParser('application/octet-stream', async (_request: unknown, content: Readable) => {
      let text = ''
      for await (const chunk of content) text += chunk
      return text
    }),
  'a handler that is given the stream': (app) =>
    app.addContentTypeParser('application/octet-stream', (_request, content, done) => done(null, content)),
  'a hook before the parser': (app) => {
    app.addHook('preParsing', (_request, _reply, content, done) => done(null, content))
    app.addContentTypeParser('application/octet-stream', { parseAs: 'string' }, (_request, content, done) =>
      done(null, content),
    )
  },
}

describe('content on Fastify', () => {
  it.each(Object.entries(parsers))('that was compared can be read by %s [SIG-12]', async (_title, parse) => {
    const { send } = await serveFastify((app, { resource }) => {
      parse(app)
      app.post('/notes', { onRequest: protect(resource) }, ({ body }) => body)
    })
    const body = 'x'.repeat(300_000)
    expect(await (await send({ ...note, headers: octets, body })).text()).toBe(body)
  })

  it('that was compared is parsed and validated as usual [SIG-12]', async () => {
    const schema = { body: { type: 'object', required: ['text'] } }
    const { send } = await serveFastify((app, { resource }) => {
      app.post('/notes', { onRequest: protect(resource), schema }, ({ body }) => body)
    })
    const answers = [
      await send(note),
      await send({ ...note, body: '{}' }),
      await send({ ...note, body: '{' }),
    ]
    expect([await answers[0]?.json(), answers.map(({ status }) => status)]).toEqual([
      { text: 'milk' },
      [200, 400, 400],
    ])
  })

  it('that was changed on the way is refused before a parser, with a hint for the operator [SIG-12, N01]', async () => {
    let parsed = false
    const { send, refusals } = await serveFastify((app, { resource }) => {
      app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, content, done) => {
        parsed = true
        done(null, content)
      })
      app.post('/notes', { onRequest: protect(resource) }, () => 'notes')
    })
    expect(await verdictOf(await send({ ...note, onTheWay: tampered }))).toEqual([401, 'invalid_signature'])
    expect([refusals.map(({ hint }) => hint), parsed]).toEqual([
      [expect.stringContaining('"content-digest" is not the digest of the content')],
      false,
    ])
  })

  it.each([
    ['of an unauthenticated client', { ...note, mistake: 'stale' }],
    ['that is not covered', { ...note, digest: false }],
  ] as const)('%s is not read by the guard', async (_title, sent) => {
    let read: boolean | undefined
    const { send } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', protect(resource))
      app.addHook('preParsing', ({ raw }, _reply, content, done) => {
        read = raw.readableDidRead
        done(null, content)
      })
      app.addHook('onSend', async ({ raw }) => {
        read ??= raw.readableDidRead
      })
      app.post('/notes', () => 'notes')
    })
    await send(sent)
    expect(read).toBe(false)
  })

  it('over the limit is refused, and the connection continues [N09]', async () => {
    const { url, sign } = await serveFastify((app, { resource }) => {
      app.post('/notes', { onRequest: protect(resource) }, () => 'notes')
      app.get('/notes', { onRequest: protect(resource) }, () => 'notes')
    })
    const large = await sign({ ...note, body: 'x'.repeat(3_000_000) })
    const answers = await exchange(url, [wireText(large, false), wireText(await sign())])
    expect(answers.map(({ status }) => status)).toEqual([413, 200])
  })

  it('that a parser consumed before the guard is refused, and the hint has the remedy [N07]', async () => {
    const { send, refusals } = await serveFastify((app, { resource }) => {
      app.post('/notes', { preHandler: protect(resource) }, () => 'notes')
    })
    expect(await verdictOf(await send(note))).toEqual([503, 'server_error'])
    expect(refusals[0]?.hint).toBe(
      'the signature covers "content-digest", but the content was not compared with it: guard in onRequest, before Fastify parses the content',
    )
  })

  it('that ends too early is a fault of the client [Q10]', async () => {
    const refused = makeGate<string>()
    const { url, sign } = await serveFastify((app, { resource }) => {
      app.setErrorHandler<Error & { code: string }>(({ code }, _request, reply) => {
        refused.open(code)
        reply.send('')
      })
      app.post('/notes', { onRequest: protect(resource, {}, { passErrors: true }) }, () => 'notes')
    })
    const text = wireText(await sign(note))
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
      socket.write(text.slice(0, -5), () => socket.destroy()),
    )
    expect(await refused.passed).toBe('invalid_request')
  })
})
