import { createResource, type Resource, stepUp } from '@aauth-guard/core'
import { aauth, getAuth, protect } from '@aauth-guard/fastify'
import { makeMailResource } from '@aauth-guard/fixtures/other-resources'
import { verdictOf } from '@aauth-guard/fixtures/served'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { serveFastify } from './serve-fastify.ts'

const scopes = { 'notes.read': 'Read your notes', 'notes.purge': 'Delete all of them' }
const reading = { aauth: { scope: 'notes.read' } } as const
const tell = ({ aauth: auth }: FastifyRequest): string => auth?.sub ?? 'nobody'
const ownResource = (): Resource => createResource({ issuer: 'https://notes.example', trust: 'any', scopes })

describe('the aauth plugin', () => {
  it('guards the routes with a requirement in their config, and leaves the others alone', async () => {
    const { send, sendUnsigned, agent } = await serveFastify(
      async (app, { resource }) => {
        await app.register(aauth(resource))
        app.get('/notes', { config: reading }, tell)
        app.get('/about', tell)
      },
      { scopes, defaultScope: 'notes.read' },
    )
    const token = await agent.authToken({ scope: 'notes.read' })
    const answers = [
      await send({ token }),
      await send(),
      await sendUnsigned(),
      await sendUnsigned('GET', '/about'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401, 200])
    expect([await answers[0]?.text(), await answers[3]?.text()]).toEqual(['person-1', 'nobody'])
  })

  it('guards every route under a fallback, except for those with false and paths without a route', async () => {
    const { send, sendUnsigned } = await serveFastify(async (app, { resource }) => {
      await app.register(aauth(resource, { accept: 'agent-token' }))
      app.get('/agents', tell)
      app.get('/notes', { config: { aauth: {} } }, tell)
      app.get('/about', { config: { aauth: false } }, tell)
    })
    const paths = ['/agents', '/notes', '/about', '/nowhere']
    const unsigned = paths.map(async (path) => (await sendUnsigned('GET', path)).status)
    const signed = paths.map(async (target) => (await send({ target })).status)
    expect([await Promise.all(unsigned), await Promise.all(signed)]).toEqual([
      [401, 401, 200, 404],
      // The requirement of a route replaces the whole fallback.
      [401, 200, 200, 404],
    ])
  })

  it.each<[string, unknown, string]>([
    ['a misspelt member', { scop: 'notes.read' }, '"scop"'],
    ['a scope that is not described', { scope: 'notes.raed' }, '"scope" contains "notes.raed"'],
    ['a text', 'notes.read', 'is not a plain object'],
    ['true', true, 'is not a plain object'],
    ['undefined, such as of a misspelt constant', undefined, 'is not a plain object'],
    ['null', null, 'is not a plain object'],
    ['a Map, which would require nothing', new Map([['scope', 'notes.read']]), 'is not a plain object'],
  ])('refuses a route with %s when it is added', async (_title, requirement, message) => {
    const app = fastify()
    await app.register(aauth(ownResource()))
    expect(() => app.get('/notes', { config: { aauth: requirement as never } }, tell)).toThrow(message)
  })

  it.each([
    ['a resource that createResource did not make', () => aauth({} as Resource, {})],
    ['a fallback that is not well-formed', () => aauth(ownResource(), { scop: 'notes.read' } as never)],
    ['a fallback that is false', () => aauth(ownResource(), false as never)],
    ['an option that it does not have', () => aauth(ownResource(), undefined, { passError: true } as never)],
  ])('throws when it is registered with %s', (_title, make) => {
    expect(make).toThrow(TypeError)
  })

  it('throws when it is registered twice on one instance or inside it', async () => {
    const app = fastify()
    await app.register(aauth(ownResource()))
    await expect(
      Promise.resolve(app.register(async (inner) => void (await inner.register(aauth(ownResource()))))),
    ).rejects.toThrow("The decorator 'aauth' has already been added")
  })

  it('guards a route that was added before it was registered', async () => {
    const { sendUnsigned, send } = await serveFastify((app, { resource }) => {
      app.register(aauth(resource))
      app.get('/notes', { config: { aauth: {} } }, tell)
    })
    expect([(await sendUnsigned()).status, await (await send()).text()]).toEqual([401, 'person-1'])
  })

  it('serves no request on a route with a malformed requirement that was added before it was registered', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.register(aauth(resource))
      app.get('/notes', { config: { aauth: { scop: 'notes.read' } as never } }, tell)
    })
    expect((await send()).status).toBe(500)
  })

  it('guards the instance it is registered on and its children, and no other', async () => {
    const { send, sendUnsigned } = await serveFastify((app, { resource, net }) => {
      const mail = makeMailResource({ net })
      const scope = (of: Resource) => async (inner: FastifyInstance) => {
        await inner.register(aauth(of, {}))
        inner.register(async (deep) => void deep.get('/x', tell))
      }
      app.register(scope(resource), { prefix: '/notes' })
      app.register(scope(mail), { prefix: '/mail' })
      app.register(async (open) => void open.get('/x', tell), { prefix: '/open' })
    })
    const statuses = [
      await send({ target: '/notes/x' }),
      await sendUnsigned('GET', '/notes/x'),
      await send({ target: '/mail/x' }),
      await sendUnsigned('GET', '/open/x'),
    ].map(({ status }) => status)
    expect(statuses).toEqual([200, 401, 401, 200])
  })

  it('guards both spellings of the root of a prefix', async () => {
    const { sendUnsigned } = await serveFastify((app, { resource }) => {
      app.register(aauth(resource))
      app.register(async (inner) => void inner.get('/', { config: { aauth: {} } }, tell), { prefix: '/api' })
    })
    const statuses = ['/api', '/api/'].map(async (path) => (await sendUnsigned('GET', path)).status)
    expect(await Promise.all(statuses)).toEqual([401, 401])
  })

  it('guards the HEAD route that Fastify adds to a GET route, once', async () => {
    const verdicts: unknown[] = []
    const { send, sendUnsigned } = await serveFastify(
      async (app, { resource }) => {
        await app.register(aauth(resource))
        app.get('/notes', { config: { aauth: {} } }, tell)
      },
      { onDecision: ({ code }) => void verdicts.push(code) },
    )
    const served = await send({ method: 'HEAD' })
    const counted = verdicts.length
    const refused = await sendUnsigned('HEAD')
    expect([
      served.status,
      served.headers.get('content-length'),
      counted,
      refused.status,
      await refused.text(),
    ]).toEqual([200, '8', 1, 401, ''])
  })

  it.each([
    ['throws', 'the handler'],
    ['throws', 'a hook'],
  ])('answers a refusal that %s out of %s before any error handler [CHAL-7]', async (_verb, where) => {
    const { send, agent } = await serveFastify(
      async (app, { resource }) => {
        const more = (request: FastifyRequest) =>
          stepUp(resource, getAuth(request, 'auth-token'), { scope: 'notes.purge' })
        app.setErrorHandler(
          (_error, _request, reply) => void reply.code(500).send('not answered by the guard'),
        )
        await app.register(aauth(resource))
        const hooks = where === 'a hook' ? { preHandler: more } : {}
        app.get('/notes', { config: reading, ...hooks }, where === 'a hook' ? tell : more)
      },
      { scopes, defaultScope: 'notes.read' },
    )
    const response = await send({ token: await agent.authToken({ scope: 'notes.read' }) })
    expect([response.headers.get('aauth-requirement'), ...(await verdictOf(response))]).toEqual([
      expect.stringMatching(/^requirement=auth-token;resource-token="/),
      401,
      'auth_token_required',
    ])
  })

  it('leaves other errors to the error handler of the route, of the instance, and of Fastify', async () => {
    const fail = (): never => {
      throw new Error('the handler failed')
    }
    const { send } = await serveFastify(async (app, { resource }) => {
      await app.register(aauth(resource, {}))
      app.get('/default', fail)
      app.get('/route', { errorHandler: (_error, _request, reply) => void reply.send('of the route') }, fail)
      app.register(async (inner) => {
        inner.setErrorHandler((_error, _request, reply) => void reply.send('of the instance'))
        inner.get('/instance', fail)
      })
    })
    const texts = ['/route', '/instance'].map(async (target) => (await send({ target })).text())
    expect([await Promise.all(texts), await (await send({ target: '/default' })).json()]).toEqual([
      ['of the route', 'of the instance'],
      { statusCode: 500, error: 'Internal Server Error', message: 'the handler failed' },
    ])
  })

  it('passes refusals of guards and handlers to the error handler under passErrors', async () => {
    const { send } = await serveFastify(async (app, { resource }) => {
      app.setErrorHandler<Error & { code: string }>(
        (error, _request, reply) => void reply.code(418).send(error.code),
      )
      await app.register(aauth(resource, {}, { passErrors: true }))
      app.get('/notes', (request) => stepUp(resource, getAuth(request, 'auth-token'), { scope: 'access' }))
    })
    const answers = [await send({ mistake: 'stale' }), await send()]
    expect(await Promise.all(answers.map(async (one) => [one.status, await one.text()]))).toEqual([
      [418, 'invalid_signature'],
      [418, 'auth_token_required'],
    ])
  })

  it('does not take a request for a replay behind a hook of the same resource [E23, J02]', async () => {
    const { send } = await serveFastify(async (app, { resource }) => {
      app.addHook('onRequest', protect(resource))
      await app.register(aauth(resource))
      app.post('/notes', { config: { aauth: { singleUse: true } } }, tell)
    })
    const answer = await send({ method: 'POST', params: { nonce: 'n' } })
    expect([answer.status, await answer.text()]).toEqual([200, 'person-1'])
  })
})
