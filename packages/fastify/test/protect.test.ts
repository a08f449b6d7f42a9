import { type Auth, createResource } from '@aauth-guard/core'
import { getAuth, protect, wellKnown } from '@aauth-guard/fastify'
import { makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { callAtOnce } from '@aauth-guard/fixtures/many-agents'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeMailResource } from '@aauth-guard/fixtures/other-resources'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { verdictOf } from '@aauth-guard/fixtures/served'
import { describe, expect, it } from 'vitest'
import { serveFastify } from './serve-fastify.ts'

describe('protect on Fastify', () => {
  it('accepts a verified caller and passes the identity to the handler', async () => {
    let seen: Auth | undefined
    const { send, agent } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource, { scope: 'access' }) }, (request) => {
        seen = getAuth(request, 'auth-token')
        return { same: request.aauth === seen, listed: Object.keys(request).includes('aauth') }
      })
    })
    const token = await agent.authToken({ scope: 'access', sub: 'person-7' })
    const response = await send({ token })
    expect([response.status, await response.json()]).toEqual([200, { same: true, listed: false }])
    expect(seen).toMatchObject({ type: 'auth-token', sub: 'person-7', scopes: ['access'] })
  })

  it('guards everything in an instance as a hook of it, including unknown paths', async () => {
    let entered = 0
    const { send, sendUnsigned } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', protect(resource))
      app.get('/notes', () => {
        entered += 1
        return ''
      })
    })
    const statuses = [
      await send(),
      await sendUnsigned(),
      await send({ target: '/nowhere' }),
      await sendUnsigned('GET', '/nowhere'),
    ].map(({ status }) => status)
    expect([statuses, entered]).toEqual([[200, 401, 404, 401], 1])
  })

  it('does not run the handler before the decision [Q07]', async () => {
    let entered = false
    const { asked, verdict, check } = makeHeldCheck()
    const { send } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource, { check }) }, () => {
        entered = true
      })
    })
    const sent = send()
    await asked.passed
    const enteredEarly = entered
    verdict.open(false)
    expect([enteredEarly, (await sent).status, entered]).toEqual([false, 403, false])
  })

  it('passes an identity to the handler that cannot be changed or replaced [Q05]', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource) }, (request) => {
        const auth = request.aauth as unknown as { sub: string; scopes: string[] }
        const changes = [
          () => {
            auth.sub = 'somebody else'
          },
          () => auth.scopes.push('notes.write'),
          () => Object.assign(request, { aauth: { ...auth, sub: 'somebody else' } }),
        ]
        for (const change of changes) expect(change).toThrow(TypeError)
        return getAuth(request, 'auth-token').sub
      })
    })
    expect(await (await send()).text()).toBe('person-1')
  })

  it('accepts callers without a credential when it is optional, and yields no identity', async () => {
    const { send, sendUnsigned } = await serveFastify((app, { resource }) => {
      app.get(
        '/notes',
        { onRequest: protect(resource, { optional: true }) },
        ({ aauth }) => aauth?.sub ?? 'nobody',
      )
    })
    expect([await (await sendUnsigned()).text(), await (await send()).text()]).toEqual(['nobody', 'person-1'])
  })

  it('does not mix up 100 concurrent agents [Q06]', async () => {
    const { send, net } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource) }, async (request) => {
        const before = request.aauth?.sub
        await new Promise((resolve) => setImmediate(resolve))
        return [before, getAuth(request, 'auth-token').sub, request.aauth?.thumbprint]
      })
    })
    const { answers, expected } = await callAtOnce(100, { net, send })
    expect(answers).toEqual(expected)
  })

  it('keeps answers out of shared caches unless a handler sets the fields [M14]', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', (request, reply, done) => {
        if (request.url === '/before') reply.headers({ 'Cache-Control': 'max-age=5', Vary: 'Origin' })
        done()
      })
      app.addHook('onRequest', protect(resource))
      app.get('/notes', () => 'notes')
      app.get('/before', () => 'notes')
      app.get('/behind', (_request, reply) => {
        reply.headers({ 'Cache-Control': 'no-store', Vary: '*' })
        return 'notes'
      })
    })
    const said = async (target: string): Promise<unknown> => {
      const { headers } = await send({ target })
      return [headers.get('cache-control'), headers.get('vary')]
    }
    expect([await said('/notes'), await said('/before'), await said('/behind')]).toEqual([
      ['private', 'Signature-Key, Signature'],
      ['max-age=5', 'Origin'],
      ['no-store', '*'],
    ])
  })

  it('removes AAuth-Mission from what the handler reads, but not from a second guard [MISS-13]', async () => {
    const { send, agent } = await serveFastify((app, { resource }) => {
      const hooks = [protect(resource), protect(resource, { mission: 'required' })]
      app.get('/notes', { onRequest: hooks }, ({ headers, raw }) => ({
        headers: headers['aauth-mission'],
        raw: raw.rawHeaders.filter((one) => one.toLowerCase() === 'aauth-mission'),
      }))
    })
    const token = await agent.authToken({ generation: 'mission-header', mission: s256 })
    const response = await send({ mission: { approver: 'https://ps.example', s256 }, token })
    expect([response.status, await response.json()]).toEqual([200, { raw: [] }])
  })

  it.each([
    ['agent-token', 'agentToken', 'agent-token'],
    ['person-token', 'personToken', 'person-token'],
    ['auth-token', 'authToken', 'auth-token'],
    ['person-token', 'authToken', 'auth-token'],
  ] as const)('makes getAuth for %s, with an %s, yield an %s [R11-072]', async (kind, minted, type) => {
    const { send, agent } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource, anyKind) }, (request) => getAuth(request, kind).type)
    })
    expect(await (await send({ token: await agent[minted]() })).text()).toBe(type)
  })

  it('makes getAuth throw in a handler without a guard before it, whatever the request contains', async () => {
    const { send } = await serveFastify((app) => {
      app.decorateRequest('aauth')
      app.addHook('onRequest', (request, _reply, done) => {
        Object.assign(request, { aauth: { type: 'auth-token', sub: 'anybody' } })
        done()
      })
      app.get('/notes', (request) => getAuth(request, 'auth-token').sub)
    })
    expect(await (await send()).json()).toMatchObject({
      statusCode: 500,
      message: 'the request has no verified identity: put protect(resource) before this handler',
    })
  })

  it('of two resources verifies separately [E23]', async () => {
    const { send } = await serveFastify((app, { resource, net }) => {
      const other = makeMailResource({ net })
      app.get('/notes', { onRequest: [protect(resource), protect(other)] }, () => 'notes')
    })
    expect(await verdictOf(await send())).toEqual([401, 'invalid_jwt'])
  })

  it('throws for a requirement that is malformed', () => {
    const resource = createResource({ issuer: 'https://notes.example', trust: 'any' })
    expect(() => protect(resource, { scope: 'undescribed' })).toThrow('"scope" contains "undescribed"')
  })

  it('works with injected requests, as tests of applications use them', async () => {
    const { sign, app } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', wellKnown(resource))
      app.post('/notes', { onRequest: protect(resource) }, ({ aauth, body }) => ({ sub: aauth?.sub, body }))
    })
    const headers = { 'content-type': 'application/json' }
    const message = await sign({ method: 'POST', body: '{"text":"milk"}', digest: true, headers })
    const inject = (payload: string) =>
      app.inject({
        method: 'POST',
        url: message.target,
        headers: { host: 'notes.example', ...Object.fromEntries(message.headers) },
        payload,
      })
    const [served, again] = [await inject('{"text":"milk"}'), await inject('{"text":"milk"}')]
    expect([served.json(), again.statusCode]).toEqual([{ sub: 'person-1', body: { text: 'milk' } }, 401])
    expect((await app.inject('/.well-known/aauth-resource.json')).statusCode).toBe(200)
  })
})
