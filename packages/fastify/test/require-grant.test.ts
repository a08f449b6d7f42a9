import { type Auth, isAAuthError } from '@aauth-guard/core'
import type { GrantOptions } from '@aauth-guard/core/missions'
import { type GuardOptions, protect, requireGrant } from '@aauth-guard/fastify'
import {
  Grants,
  one,
  outcomes,
  replacement,
  verdict,
  wrongOptions,
} from '@aauth-guard/fixtures/require-grant-calls'
import { describe, expect, it } from 'vitest'
import { serveFastify } from './serve-fastify.ts'

const problem = 'application/problem+json'

describe('requireGrant on Fastify', () => {
  async function begun(options: GrantOptions & GuardOptions = {}) {
    const served = await serveFastify((app, { resource }) => {
      const grants = new Grants(resource)
      app.setErrorHandler((error, _request, reply) => {
        reply.code(418).send(isAAuthError(error) ? error.code : String(error))
      })
      app.addHook('onRequest', protect(resource))
      app.post('/runs', (request, reply) => {
        grants.leave(request.aauth as Auth)
        reply.code(201).send()
      })
      const preHandler = requireGrant(({ params }) => grants.load((params as { run: string }).run), options)
      app.post<{ Params: { run: string } }>(
        '/runs/:run',
        { preHandler },
        ({ params }) => `goes on with ${params.run}`,
      )
    })
    const token = await served.agent.authToken({ generation: 'mission-header', mission: one })
    expect((await served.send({ method: 'POST', target: '/runs', token })).status).toBe(201)
    const second = await replacement(served)
    return { resume: (run: string) => served.send({ method: 'POST', target: `/runs/${run}`, ...second }) }
  }

  it.each(outcomes)('gives for a grant that is %s: %d %s%s', async (run, status, code) => {
    const { resume } = await begun()
    const expected = status === 200 ? [200, null, `goes on with ${run}`] : [status, code, problem]
    expect(await verdict(await resume(run))).toEqual(expected)
  })

  it('follows the class policy [CLASS-2]', async () => {
    const { resume } = await begun({ classPolicy: 'mission-only' })
    expect(await verdict(await resume('no-class'))).toEqual([200, null, 'goes on with no-class'])
    expect(await verdict(await resume('another-class'))).toEqual([403, 'class_mismatch', problem])
  })

  it('passes refusals to the error handler under passErrors', async () => {
    const { resume } = await begun({ passErrors: true })
    const response = await resume('throws')
    expect([response.status, await response.text()]).toEqual([418, 'server_error'])
  })

  it.each([
    [
      'names the remedy when no guard ran before',
      undefined,
      500,
      'the request has no verified identity: put protect(resource) before requireGrant',
    ],
    [
      'refuses a caller whom an optional guard accepted without an identity',
      { optional: true },
      403,
      '"access_denied"',
    ],
  ] as const)('%s, and loads nothing', async (_title, optional, status, says) => {
    let loaded = 0
    const { sendUnsigned } = await serveFastify((app, { resource }) => {
      if (optional) app.addHook('onRequest', protect(resource, optional))
      const load = () => {
        loaded += 1
        return undefined
      }
      app.get('/notes', { preHandler: requireGrant(load) }, () => 'notes')
    })
    const response = await sendUnsigned()
    expect([response.status, loaded]).toEqual([status, 0])
    expect(await response.text()).toContain(says)
  })

  it.each(wrongOptions)('cannot be made with %j', (options) => {
    expect(() => requireGrant(() => undefined, options)).toThrow(
      /^"classPolicy" is .*: write 'deny', 'mission-only', 'same-key' or 'linked-key'$/,
    )
  })
})
