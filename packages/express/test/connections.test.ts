import { connect } from 'node:net'
import { getAuth, protect } from '@aauth-guard/express'
import { makeGate, makeHeldCheck } from '@aauth-guard/fixtures/gate'
import { callAtOnce } from '@aauth-guard/fixtures/many-agents'
import { exchange, statusesOf, wireText } from '@aauth-guard/fixtures/raw-socket'
import { serve } from '@aauth-guard/fixtures/served'
import { dial } from '@aauth-guard/testing'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('connections on %s', (_, express) => {
  it('carry no identity from one request to the next [A24]', async () => {
    const { url, sign } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const signed = await sign()
    const pipelined = wireText(signed, false) + wireText({ ...signed, headers: [] })
    expect(statusesOf(await exchange(url, pipelined))).toEqual([204, 401])
  })

  it('are guarded even for an upgrade that no handler serves [A19]', async () => {
    const { url } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), (_req, res) => res.sendStatus(204)),
    )
    const head = 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n'
    const upgrade = 'Connection: close, Upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(statusesOf(await exchange(url, head + upgrade))).toEqual([401])
  })

  it('may close while a decision is pending; nothing is thrown and the next request is served [Q10]', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => {
      unhandled.push(reason)
    }
    process.on('unhandledRejection', note)
    onTestFinished(() => {
      process.off('unhandledRejection', note)
    })
    const { asked, verdict, check } = makeHeldCheck()
    const gone = makeGate<void>()
    const finished = makeGate<void>()
    const { url, sign } = await serve(({ resource }) => {
      return express()
        .use((_req, res, next) => {
          res.on('close', gone.open)
          next()
        })
        .get('/notes', protect(resource, { check }), (_req, res) => {
          res.sendStatus(204)
          finished.open()
        })
    })
    const message = await sign()
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(wireText(message)))
    await asked.passed
    socket.destroy()
    await gone.passed
    verdict.open(true)
    await finished.passed
    expect([(await dial(url, message)).status, unhandled]).toEqual([204, []])
  })

  it('may end while a refusal is pending [Q10]', async () => {
    const { asked, verdict, check } = makeHeldCheck()
    const gone = makeGate<void>()
    const { url, sign, refusals } = await serve(({ resource }) => {
      return express()
        .use((_req, res, next) => {
          res.on('close', gone.open)
          next()
        })
        .get('/notes', protect(resource, { check }))
    })
    const message = await sign()
    const { port } = new URL(url)
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(wireText(message)))
    await asked.passed
    socket.destroy()
    await gone.passed
    verdict.open(false)
    expect([(await dial(url, message)).status, refusals.length]).toEqual([403, 2])
  })

  it.each([
    ['a refusal', false],
    ['an accepted request', true],
  ])(
    'may have another answer before the decision: %s ends without an error [Q10]',
    async (_title, outcome) => {
      const errors: unknown[] = []
      let entered = false
      const { asked, verdict, check } = makeHeldCheck()
      const { send } = await serve(({ resource }) => {
        return express()
          .use(async (_req, res, next) => {
            next()
            await asked.passed
            res.status(504).json('too late')
            verdict.open(outcome)
          })
          .get('/notes', protect(resource, { check }), () => {
            entered = true
          })
          .use(((error, _req, _res, _next) => {
            errors.push(error)
          }) satisfies ErrorRequestHandler)
      })
      const late = await send()
      expect([late.status, await late.json(), errors, entered]).toEqual([504, 'too late', [], false])
    },
  )

  it('of 200 concurrent agents are never mixed up [Q06]', async () => {
    const { send, net } = await serve(({ resource }) =>
      express().get('/notes', protect(resource), async (req, res) => {
        const before = getAuth(req, 'auth-token').sub
        await new Promise((resolve) => setImmediate(resolve))
        const { sub, thumbprint } = getAuth(req, 'auth-token')
        res.json([before, sub, thumbprint])
      }),
    )
    const { answers, expected } = await callAtOnce(200, { net, send })
    expect(answers).toEqual(expected)
  })
})
