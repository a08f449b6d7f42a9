import { once } from 'node:events'
import { connect } from 'node:net'
import { stepUp } from '@aauth-guard/core'
import { aauth, answerRefusals, getAuth, protect } from '@aauth-guard/fastify'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { wireText } from '@aauth-guard/fixtures/raw-socket'
import { verdictOf } from '@aauth-guard/fixtures/served'
import { describe, expect, it, onTestFinished } from 'vitest'
import { serveFastify } from './serve-fastify.ts'

describe('refusals on Fastify', () => {
  it('are problem documents without a charset, and nothing behind the guard runs [ERR-2]', async () => {
    let entered = false
    const { send } = await serveFastify((app, { resource }) => {
      const enter = async () => {
        entered = true
      }
      const hooks = { onRequest: [protect(resource), enter], preParsing: enter, preHandler: enter }
      app.get('/notes', hooks, enter)
    })
    const response = await send({ mistake: 'stale' })
    expect([response.status, response.headers.get('content-type'), entered]).toEqual([
      401,
      'application/problem+json',
      false,
    ])
  })

  it('keep the fields of hooks before the guard, and pass onSend and onResponse', async () => {
    const seen: unknown[] = []
    const answered = makeGate<void>()
    const { send } = await serveFastify((app, { resource }) => {
      app.addHook('onRequest', async (_request, reply) => void reply.header('x-request-id', '7'))
      app.addHook('onSend', async (_request, reply) => void seen.push(reply.statusCode))
      app.addHook('onResponse', async (_request, reply) => {
        seen.push(reply.statusCode)
        answered.open()
      })
      app.get('/notes', { onRequest: protect(resource) }, () => 'notes')
    })
    const response = await send({ mistake: 'stale' })
    await answered.passed
    expect([seen, response.headers.get('x-request-id')]).toEqual([[401, 401], '7'])
  })

  it('are sent with any serializer of the instance', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.setReplySerializer(() => 'serialized')
      app.get('/notes', { onRequest: protect(resource) }, () => ({}))
    })
    expect(await verdictOf(await send({ mistake: 'stale' }))).toEqual([401, 'invalid_signature'])
  })

  it('of handlers remove fields that described their content', async () => {
    const { send } = await serveFastify(async (app, { resource }) => {
      await app.register(aauth(resource, {}))
      app.get('/notes', (request, reply) => {
        reply.headers({ etag: '"1"', 'content-encoding': 'br', 'x-kept': '1' })
        return stepUp(resource, getAuth(request, 'auth-token'), { scope: 'access' })
      })
    })
    const { headers } = await send()
    expect(['etag', 'content-encoding', 'x-kept'].map((name) => headers.get(name))).toEqual([null, null, '1'])
  })

  it('keep their status and fields even without an error handler [ERR-5]', async () => {
    const { sendUnsigned } = await serveFastify((app, { resource }) => {
      app.get('/notes', { onRequest: protect(resource, {}, { passErrors: true }) }, () => 'notes')
    })
    const response = await sendUnsigned()
    const names = ['signature-error', 'aauth-requirement', 'accept-signature-alg', 'accept-signature-scheme']
    expect([response.status, names.map((name) => response.headers.get(name))]).toEqual([
      401,
      ['error=invalid_signature', 'requirement=agent-token', 'Ed25519, ES256', 'jwt'],
    ])
  })

  it('are answered by answerRefusals when they are passed on or thrown, and other errors are not', async () => {
    const { send } = await serveFastify((app, { resource }) => {
      app.setErrorHandler((_error, _request, reply) => void reply.code(500).send('not a refusal'))
      app.register(async (inner) => {
        inner.setErrorHandler(answerRefusals)
        inner.addHook('onRequest', protect(resource, {}, { passErrors: true }))
        inner.get('/notes', (request) =>
          stepUp(resource, getAuth(request, 'auth-token'), { scope: 'access' }),
        )
        inner.get('/failing', () => {
          throw new Error('the handler failed')
        })
      })
    })
    expect([
      await verdictOf(await send({ mistake: 'stale' })),
      await verdictOf(await send()),
      await (await send({ target: '/failing' })).text(),
    ]).toEqual([[401, 'invalid_signature'], [401, 'auth_token_required'], 'not a refusal'])
  })

  it('of a check that throws keep the handler from running [Q09]', async () => {
    const { send, refusals } = await serveFastify((app, { resource }) => {
      const check = (): boolean => {
        throw new Error('the database is away')
      }
      app.get('/notes', { onRequest: protect(resource, { check }) }, () => 'notes')
    })
    const response = await send()
    expect([response.status, response.headers.get('retry-after'), refusals[0]?.hint]).toEqual([
      503,
      '5',
      '"check" threw "Error: the database is away": fix it, or return false to refuse the request',
    ])
  })

  it('neither end the process nor run a handler when the client disconnects while a hook still works on the answer [Q08, Q10]', async () => {
    const rejected: unknown[] = []
    const note = (reason: unknown) => void rejected.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    let entered = false
    const sending = makeGate<void>()
    const left = makeGate<void>()
    const sent = makeGate<void>()
    const { url, sign } = await serveFastify((app, { resource }) => {
      app.addHook('onSend', async ({ raw }) => {
        sending.open()
        await left.passed
        if (!raw.socket.destroyed) await once(raw.socket, 'close')
        setImmediate(() => sent.open())
      })
      app.get('/notes', { onRequest: protect(resource) }, () => {
        entered = true
      })
    })
    const text = wireText(await sign({ mistake: 'stale' }))
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text))
    await sending.passed
    socket.destroy()
    left.open()
    await sent.passed
    await new Promise(setImmediate)
    expect([entered, rejected]).toEqual([false, []])
  })
})
