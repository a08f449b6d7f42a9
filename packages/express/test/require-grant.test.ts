import { isAAuthError, type Resource } from '@aauth-guard/core'
import { answerRefusals, getAuth, protect, requireGrant, verifyDigest } from '@aauth-guard/express'
import {
  Grants,
  one,
  outcomes,
  replacement,
  verdict,
  wrongOptions,
} from '@aauth-guard/fixtures/require-grant-calls'
import { serve, verdictOf } from '@aauth-guard/fixtures/served'
import type { ErrorRequestHandler, Express } from 'express'
import { describe, expect, it } from 'vitest'
import { expressLines } from './express-lines.ts'

const problem = 'application/problem+json'
const tellError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
  res.status(500).send(`${error.name}: ${error.message}`)
}

describe.each(expressLines)('requireGrant on %s', (_, express) => {
  function build(resource: Resource, options = {}, passesOn?: ErrorRequestHandler): Express {
    const grants = new Grants(resource)
    const app = express()
    app.post('/runs', protect(resource), (req, res) => {
      grants.leave(getAuth(req, 'auth-token'))
      res.sendStatus(201)
    })
    app.post(
      '/runs/:run',
      protect(resource),
      requireGrant((req) => grants.load(String(req.params.run)), options),
      (req, res) => {
        res.send(`goes on with ${req.params.run}`)
      },
    )
    return passesOn ? app.use(passesOn) : app.use(tellError)
  }
  async function begun(options = {}, passesOn?: ErrorRequestHandler) {
    const served = await serve(({ resource }) => build(resource, options, passesOn))
    const token = await served.agent.authToken({ generation: 'mission-header', mission: one })
    expect((await served.send({ method: 'POST', target: '/runs', token })).status).toBe(201)
    const second = await replacement(served)
    return {
      ...served,
      resume: (run: string) => served.send({ method: 'POST', target: `/runs/${run}`, ...second }),
    }
  }

  it.each(outcomes)('gives for a grant that is %s: %d %s%s', async (run, status, code) => {
    const { resume } = await begun()
    const expected = status === 200 ? [200, null, `goes on with ${run}`] : [status, code, problem]
    expect(await verdict(await resume(run))).toEqual(expected)
  })

  it('returns the reason when the mission is terminated meanwhile [MISS-9]', async () => {
    const { resume } = await begun()
    const { mission_status, termination_reason } = (await (await resume('ended')).json()) as Record<
      string,
      unknown
    >
    expect([mission_status, termination_reason]).toEqual(['terminated', 'revoked'])
  })

  it('returns Retry-After when the grant cannot be loaded', async () => {
    const { resume } = await begun()
    expect((await resume('rejects')).headers.get('retry-after')).toBe('5')
    expect((await resume('refuses')).headers.get('retry-after')).toBe('7')
  })

  it('follows the class policy of the route unless it has its own [CLASS-2]', async () => {
    const { send, agent } = await serve(({ resource }) => {
      const grants = new Grants(resource)
      const load = () => grants.load('no-class')
      const guard = protect(resource, { classPolicy: 'mission-only' })
      return express()
        .post('/runs', protect(resource), (req, res) => {
          grants.leave(getAuth(req, 'auth-token'))
          res.sendStatus(201)
        })
        .post('/notes', guard, requireGrant(load), (_req, res) => void res.end())
        .post('/strict', guard, requireGrant(load, { classPolicy: 'deny' }), (_req, res) => void res.end())
    })
    const token = await agent.authToken({ generation: 'mission-header', mission: one })
    const answers = []
    for (const target of ['/runs', '/notes', '/strict'])
      answers.push((await send({ method: 'POST', target, token })).status)
    expect(answers).toEqual([201, 200, 403])
  })

  it('follows the class policy [CLASS-2]', async () => {
    const { resume } = await begun({ classPolicy: 'mission-only' })
    expect(await verdict(await resume('no-class'))).toEqual([200, null, 'goes on with no-class'])
    expect(await verdict(await resume('another-class'))).toEqual([403, 'class_mismatch', problem])
  })

  it('passes refusals on under passErrors', async () => {
    const passesOn: ErrorRequestHandler = (error, _req, res, next) => {
      if (isAAuthError(error)) res.status(418).send(error.code)
      else next(error)
    }
    const { resume } = await begun({ passErrors: true }, passesOn)
    const answers = await Promise.all([resume('another-mission'), resume('throws')])
    expect(await Promise.all(answers.map(async (one) => [one.status, await one.text()]))).toEqual([
      [418, 'mission_mismatch'],
      [418, 'server_error'],
    ])
  })

  it('passes refusals to answerRefusals', async () => {
    const { resume } = await begun({ passErrors: true }, answerRefusals())
    expect(await verdictOf(await resume('another-mission'))).toEqual([403, 'mission_mismatch'])
  })

  it('reports every refusal to the operator', async () => {
    const { resume, refusals } = await begun()
    await resume('another-mission')
    await resume('rejects')
    expect(refusals.map(({ hint }) => hint)).toEqual([
      'the grant is for another mission, or is damaged',
      'the grant could not be loaded',
    ])
  })

  it('names the remedy when no guard ran before, and loads nothing', async () => {
    let loaded = 0
    const { sendUnsigned } = await serve(() =>
      express()
        .get(
          '/notes',
          requireGrant(() => {
            loaded += 1
            return undefined
          }),
        )
        .use(tellError),
    )
    const response = await sendUnsigned()
    expect([response.status, await response.text(), loaded]).toEqual([
      500,
      'TypeError: the request has no verified identity: put protect(resource) before requireGrant',
      0,
    ])
  })

  it('refuses a caller whom an optional guard accepted without an identity', async () => {
    const { sendUnsigned } = await serve(({ resource }) =>
      express()
        .get(
          '/notes',
          protect(resource, { optional: true }),
          requireGrant(() => undefined),
        )
        .use(tellError),
    )
    expect(await verdict(await sendUnsigned())).toEqual([403, 'access_denied', problem])
  })

  it.each([
    ['what was signed', undefined, 200],
    ['something else', 'gold', 401],
  ])('can stand before the parser, for a caller that sends %s [SIG-12]', async (_title, swapped, status) => {
    const { send, agent } = await serve(({ resource }) => {
      const grants = new Grants(resource)
      return express()
        .post('/runs', protect(resource), (req, res) => {
          grants.leave(getAuth(req, 'auth-token'))
          res.sendStatus(201)
        })
        .post(
          '/notes',
          protect(resource),
          requireGrant(() => grants.load('plain')),
          express.text({ verify: verifyDigest }),
          (req, res) => {
            res.send(getAuth(req, 'auth-token').sub)
          },
        )
        .use(answerRefusals())
    })
    const token = await agent.authToken({ generation: 'mission-header', mission: one })
    expect((await send({ method: 'POST', target: '/runs', token })).status).toBe(201)
    const headers = { 'content-type': 'text/plain' }
    const response = await send({
      method: 'POST',
      headers,
      body: 'milk',
      digest: true,
      token,
      onTheWay: (message) =>
        swapped === undefined ? message : { ...message, body: new TextEncoder().encode(swapped) },
    })
    expect(response.status).toBe(status)
  })

  it('passes on what the handler behind it throws', async () => {
    const { send, agent } = await serve(({ resource }) => {
      const grants = new Grants(resource)
      return express()
        .get(
          '/notes',
          protect(resource),
          (req, _res, next) => {
            grants.leave(getAuth(req, 'auth-token'))
            next()
          },
          requireGrant(() => grants.load('plain')),
          () => {
            throw new Error('the handler failed')
          },
        )
        .use(tellError)
    })
    const response = await send({
      token: await agent.authToken({ generation: 'mission-header', mission: one }),
    })
    expect([response.status, await response.text()]).toEqual([500, 'Error: the handler failed'])
  })

  it('passes on what a wrapper of next throws [Q08]', async () => {
    const { send, agent } = await serve(({ resource }) => {
      const grants = new Grants(resource)
      const guard = requireGrant(() => grants.load('plain'))
      return express()
        .get(
          '/notes',
          protect(resource),
          (req, _res, next) => {
            grants.leave(getAuth(req, 'auth-token'))
            next()
          },
          (req, res, next) =>
            guard(req, res, (error?: unknown) => {
              if (error === undefined) throw new Error('the wrapper failed')
              next(error)
            }),
        )
        .use(tellError)
    })
    const response = await send({
      token: await agent.authToken({ generation: 'mission-header', mission: one }),
    })
    expect([response.status, await response.text()]).toEqual([500, 'Error: the wrapper failed'])
  })

  it.each(wrongOptions)('cannot be made with %j', (options) => {
    expect(() => requireGrant(() => undefined, options)).toThrow(
      /^"classPolicy" is .*: write 'deny', 'mission-only', 'same-key' or 'linked-key'$/,
    )
  })
})
