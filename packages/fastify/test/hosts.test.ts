import { connect, constants } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { aauth, protect, wellKnown } from '@aauth-guard/fastify'
import { type OnTheWay, serve, verdictOf } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { dial } from '@aauth-guard/testing'
import express from 'express'
import fastify, { type FastifyRequest, type RouteHandler } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serveFastify } from './serve-fastify.ts'

const retarget =
  (target: string): OnTheWay =>
  (message) => ({ ...message, target })
const tell = ({ aauth: auth }: FastifyRequest): string => auth?.sub ?? 'nobody'
const metadata = '/.well-known/aauth-resource.json'

describe('the request target on Fastify', () => {
  it('is the called one, whatever rewriteUrl returns [E21]', async () => {
    const { send } = await serveFastify(
      (app, { resource }) => void app.get('/notes', { onRequest: protect(resource) }, tell),
      {},
      { rewriteUrl: ({ url = '' }) => url.replace(/^\/v1/, '') },
    )
    const called = await send({ target: '/v1/notes' })
    const inside = await send({ target: '/notes', onTheWay: retarget('/v1/notes') })
    expect([called.status, await called.text(), await verdictOf(inside)]).toEqual([
      200,
      'person-1',
      [401, 'invalid_signature'],
    ])
  })

  it('is the called one, behind prefixes and an Express app around Fastify [E21]', async () => {
    const app = fastify()
    onTestFinished(() => app.close())
    const { send } = await serve(({ resource }) => {
      app.register(async (api) => void api.get('/x', { onRequest: protect(resource) }, tell), {
        prefix: '/api',
      })
      return express().use('/outer', (req, res) => void app.ready(() => app.routing(req, res)))
    })
    const called = await send({ target: '/outer/api/x' })
    const inside = await send({ target: '/api/x', onTheWay: retarget('/outer/api/x') })
    expect([called.status, await verdictOf(inside)]).toEqual([200, [401, 'invalid_signature']])
  })

  it('selects the documents of the resource only at the root, even for a hook of an instance with a prefix', async () => {
    const { sendUnsigned } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', wellKnown(resource))
      app.register(async (inner) => void inner.get(metadata, () => 'of the app'), { prefix: '/v1' })
    })
    const texts = [metadata, `/v1${metadata}`].map(async (path) => (await sendUnsigned('GET', path)).text())
    expect(await Promise.all(texts)).toEqual([expect.stringContaining('"issuer"'), 'of the app'])
  })

  it('cannot select a route by its query [E11]', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', protect(resource))
      app.get('/', () => 'the root')
      app.get('/notes', () => 'the notes')
    })
    const response = await send({ target: '/', onTheWay: retarget('http://notes.example?x=/notes') })
    expect(await response.text()).toBe('the root')
  })
})

describe('Fastify with its own server', () => {
  it('over HTTP/2 serves signed requests, parses content that was compared, and challenges others', async () => {
    const world = await makeWorld()
    onTestFinished(() => world.net.close())
    const app = fastify({ http2: true })
    onTestFinished(() => app.close())
    app.addHook('onRequest', wellKnown(world.resource))
    await app.register(aauth(world.resource))
    app.post('/notes', { config: { aauth: {} } }, ({ aauth: auth, body }) => ({ sub: auth?.sub, body }))
    app.get('/notes', { config: { aauth: {} } }, () => 'notes')
    await app.listen({ port: 0, host: '127.0.0.1' })
    const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
    onTestFinished(() => session.close())

    const send = (
      fields: Record<string, string>,
      body?: Uint8Array,
    ): Promise<[status: unknown, text: string]> =>
      new Promise((resolve, reject) => {
        const stream = session.request(
          { ':authority': 'notes.example', ...fields },
          { endStream: body === undefined },
        )
        let status: unknown
        let text = ''
        stream.setEncoding('utf8')
        stream.on('response', (answered) => {
          status = answered[constants.HTTP2_HEADER_STATUS]
        })
        stream.on('data', (chunk: string) => {
          text += chunk
        })
        stream.on('error', reject).on('close', () => resolve([status, text]))
        if (body !== undefined) stream.end(body)
      })
    const message = await world.agent.sign(
      `${world.net.resource}/notes`,
      { method: 'POST', body: '{"text":"milk"}', headers: { 'content-type': 'application/json' } },
      { token: await world.agent.authToken(), digest: true },
    )
    const fields = { ':method': 'POST', ':path': '/notes', ...Object.fromEntries(message.headers) }
    const served = await send(fields, message.body)
    const again = await send(fields, message.body)
    const refused = await send({ ':method': 'HEAD', ':path': '/notes' })
    const nowhere = await send({ ':method': 'PUT', ':path': metadata })
    expect(served).toEqual([200, '{"sub":"person-1","body":{"text":"milk"}}'])
    expect([again[0], refused, nowhere[0]]).toEqual([401, [401, ''], 405])
  })
})

const secret = 'the notes of somebody'
const preflight = {
  method: 'OPTIONS',
  url: 'https://notes.example/notes',
  target: '/notes',
  headers: [
    ['origin', 'https://app.example'],
    ['access-control-request-method', 'POST'],
  ],
  base: '',
} as const

/** Ways to answer, each with something that an unauthenticated client must not see. */
const answers: Readonly<Record<string, RouteHandler>> = {
  'a text': async () => secret,
  JSON: async () => ({ notes: secret }),
  'a buffer': async () => Buffer.from(secret),
  'a stream': async () => Readable.from([secret, secret]),
  'a web stream': async () => new Response(secret).body,
  'a Response': async () => new Response(secret),
  'the response of Node itself': (_request, reply) => {
    reply.hijack()
    reply.raw.write(secret)
    reply.raw.end(secret)
  },
  'an error that shows': async () => {
    throw Object.assign(new Error(secret), { statusCode: 400 })
  },
}

describe('a preflight on Fastify', () => {
  it.each(Object.entries(answers))(
    'is answered without content when a handler answers with %s [M20]',
    async (_title, handler) => {
      const { url } = await serveFastify(
        (app, { resource }) => void app.options('/notes', { onRequest: protect(resource) }, handler),
        { cors: true },
      )
      const response = await dial(url, preflight)
      const fields = ['content-type', 'content-length'].map((name) => response.headers.get(name))
      expect([response.status < 401, await response.text(), fields[0]]).toEqual([true, '', null])
      expect([null, '0']).toContain(fields[1])
    },
  )

  it('keeps the status and the fields of CORS hooks, which get no identity [M20]', async () => {
    let caller: unknown = 'not asked'
    const { url } = await serveFastify(
      (app, { resource }) => {
        app.addHook('onRequest', protect(resource))
        app.options('*', (request, reply) => {
          caller = request.aauth
          reply.code(204).header('access-control-allow-origin', '*').send()
        })
      },
      { cors: true },
    )
    const response = await dial(url, preflight)
    expect([response.status, response.headers.get('access-control-allow-origin'), caller]).toEqual([
      204,
      '*',
      undefined,
    ])
  })

  it('is guarded like any request unless the resource has cors [M20]', async () => {
    const { url } = await serveFastify(
      (app, { resource }) => void app.addHook('onRequest', protect(resource)),
    )
    expect((await dial(url, preflight)).status).toBe(401)
  })
})
