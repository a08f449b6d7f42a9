import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { AAuthError, isAAuthError } from '@aauth-guard/core'
import { answerRefusals, protect } from '@aauth-guard/express'
import { serve } from '@aauth-guard/fixtures/served'
import { makeWorld } from '@aauth-guard/fixtures/world'
import type { ErrorRequestHandler } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { expressLines } from './express-lines.ts'

describe.each(expressLines)('refusals on %s', (_, express) => {
  it('go to the error middleware under passErrors', async () => {
    let seen: unknown
    const keep: ErrorRequestHandler = (error, _req, res, _next) => {
      seen = error
      res.sendStatus(418)
    }
    const { send } = await serve(({ resource }) =>
      express()
        .get('/notes', protect(resource, {}, { passErrors: true }))
        .use(keep),
    )
    const response = await send({ mistake: 'stale' })
    expect([response.status, isAAuthError(seen), (seen as AAuthError).code]).toEqual([
      418,
      true,
      'invalid_signature',
    ])
  })

  it('passed on by passErrors are answered by answerRefusals exactly like by protect', async () => {
    const passing = await serve(({ resource }) =>
      express()
        .get('/notes', protect(resource, {}, { passErrors: true }))
        .use(answerRefusals()),
    )
    const answering = await serve(({ resource }) => express().get('/notes', protect(resource)))
    expect(await wholeOf(await passing.sendUnsigned())).toEqual(await wholeOf(await answering.sendUnsigned()))
  })

  it('are the only errors that answerRefusals answers', async () => {
    const fault = new Error('disk full')
    let seen: unknown
    const keep: ErrorRequestHandler = (error, _req, res, _next) => {
      seen = error
      res.sendStatus(500)
    }
    const { send } = await serve(() =>
      express()
        .get('/notes', () => {
          throw fault
        })
        .use(answerRefusals())
        .use(keep),
    )
    expect([(await send()).status, seen]).toEqual([500, fault])
  })

  it('are passed on by answerRefusals once the response has begun', async () => {
    let seen: unknown
    const keep: ErrorRequestHandler = (error, _req, res, _next) => {
      seen = error
      res.end()
    }
    const { send } = await serve(() =>
      express()
        .get('/notes', (_req, res, next) => {
          res.status(202).write('begun')
          next(new AAuthError('access_denied'))
        })
        .use(answerRefusals())
        .use(keep),
    )
    const response = await send()
    expect([response.status, await response.text(), isAAuthError(seen)]).toEqual([202, 'begun', true])
  })

  it('with 503 follow when check throws, and the handler does not run [Q09]', async () => {
    let entered = false
    const { send } = await serve(({ resource }) => {
      const check = (): never => {
        throw new Error('the membership database is down')
      }
      return express().get('/notes', protect(resource, { check }), () => {
        entered = true
      })
    })
    const response = await send()
    const body = await response.text()
    expect([response.status, response.headers.get('retry-after'), entered]).toEqual([503, '5', false])
    expect(body).not.toContain('membership')
  })

  it('with 503 follow when the clock of the resource throws, and the handler does not run [Q09]', async () => {
    let entered = false
    const broken = (): never => {
      throw new Error('no time')
    }
    const { send } = await serve(
      ({ resource }) =>
        express().get('/notes', protect(resource), () => {
          entered = true
        }),
      { now: broken },
    )
    expect([(await send()).status, entered]).toEqual([503, false])
  })

  it('are the same when the listener to decisions throws [O09]', async () => {
    const { send } = await serve(({ resource }) => express().get('/notes', protect(resource)), {
      onDecision: () => {
        throw new Error('the log is full')
      },
    })
    expect((await send({ mistake: 'stale' })).status).toBe(401)
  })

  it('with access_denied follow when an account function throws, and its error is not disclosed [Q09]', async () => {
    const { send } = await serve(({ resource }) => {
      const account = (): never => {
        throw new Error('no such path')
      }
      return express().get('/notes', protect(resource, { account }), (_req, res) => res.sendStatus(204))
    })
    expect((await send()).status).toBe(403)
  })

  it('contain no stack even outside production [P07]', async () => {
    vi.stubEnv('NODE_ENV', 'development')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const { send } = await serve(({ resource }) => express().get('/notes', protect(resource)))
    const text = await (await send({ mistake: 'flip-signature' })).text()
    expect([Object.keys(JSON.parse(text)), /\n\s+at |node_modules/.test(text)]).toEqual([
      ['type', 'status', 'error', 'detail', 'error_description'],
      false,
    ])
  })
})

describe('protect with a custom next function', () => {
  it('passes on what next throws instead of leaving an unhandled rejection [Q08]', async () => {
    const world = await makeWorld()
    onTestFinished(() => world.net.close())
    const guard = protect(world.resource)
    const host = createServer((req: IncomingMessage, res: ServerResponse) => {
      guard(req as never, res as never, (error?: unknown) => {
        if (error === undefined) throw new Error('the handler failed')
        res.end(String(error))
      })
    })
    const { url } = await world.net.listen((req, res) => host.emit('request', req, res))
    const token = await world.agent.authToken()
    const response = await world.agent.fetch('https://notes.example/notes', {}, { token, via: url })
    expect(await response.text()).toBe('Error: the handler failed')
  })
})

async function wholeOf(response: Response): Promise<unknown> {
  const { date: _date, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text() }
}
