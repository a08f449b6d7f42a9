import type { ServerResponse } from 'node:http'
import { type AAuthError, type AnyRequirement, answer } from '@aauth-guard/core'
import { type AuthzenOptions, authzen } from '@aauth-guard/core/authzen'
import { freePort } from '@aauth-guard/fixtures/free-port'
import { makeGate } from '@aauth-guard/fixtures/gate'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { type Call, makeWorld } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it } from 'vitest'
import { outlastDeadlines, passDeadlines } from '../../../../scripts/patient-timers.ts'
import {
  type Answering,
  allows,
  denies,
  json,
  type PolicyDouble,
  startPolicyDouble,
  status,
} from './policy-double.ts'

const credential = 'Bearer credential-of-the-resource'

/** A world with one token, whose calls a policy server decides. */
async function makeScene(settings: Partial<AuthzenOptions> = {}, answering: Answering = allows) {
  const double = await startPolicyDouble(answering)
  const world = await makeWorld({ replay: 'off' })
  const token = await world.agent.authToken({ scope: 'access' })
  const check = authzen({ pdp: double.pdp, credential, ...settings })
  const requirement = { check } as AnyRequirement
  return {
    ...world,
    double,
    token,
    accepted: (how: Call = {}) => world.call(token, { requirement, ...how }),
    refused: (how: Call = {}): Promise<AAuthError> => world.refusal(token, { requirement, ...how }),
  }
}

/** A hint without what differs from call to call. */
function told({ hint = '' }: AAuthError, double: PolicyDouble): string {
  const [own = ''] = / \(X-Request-ID [0-9a-f-]{36}\)$/.exec(hint) ?? []
  return hint.replace(own, '').replace(new URL(double.pdp).origin, 'PDP')
}

describe('the policy server', () => {
  it('is asked with one POST to the configured address, with the credential and an identifier', async () => {
    const { double, accepted } = await makeScene()
    await accepted()
    await accepted()
    const [first, second] = double.asked
    expect(double.asked).toHaveLength(2)
    expect(first).toMatchObject({
      method: 'POST',
      path: '/access/v1/evaluation',
      headers: { authorization: credential, 'content-type': 'application/json' },
    })
    const ids = [first, second].map((asked) => asked?.headers['x-request-id'])
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is asked only about callers that meet everything else that the route requires', async () => {
    const scene = await makeScene()
    const requirement = { check: authzen({ pdp: scene.double.pdp }), mission: 'required' } as AnyRequirement
    await scene.refusal(scene.token, { requirement })
    await scene.refusal('not-a-token', { requirement })
    expect(scene.double.asked).toEqual([])
  })

  it('gets the credential that a function returns for each call', async () => {
    let count = 0
    const { double, accepted } = await makeScene({ credential: async () => `Bearer ${++count}` })
    await accepted()
    await accepted()
    expect(double.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
  })

  it('lets a request pass with members in its answer that AuthZEN does not define', async () => {
    const { accepted } = await makeScene({}, json({ decision: true, context: { x: 1 }, other: [] }))
    await expect(accepted()).resolves.toMatchObject({ type: 'auth-token' })
  })

  it('need not return the identifier of the call', async () => {
    const { accepted } = await makeScene({}, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end('{"decision":true}')
    })
    await expect(accepted()).resolves.toMatchObject({ type: 'auth-token' })
  })
})

describe('a denial', () => {
  it('is answered with 403 access_denied', async () => {
    const { double, refused } = await makeScene({}, denies)
    const refusal = await refused()
    expect([refusal.status, refusal.code, told(refusal, double)]).toEqual([
      403,
      'access_denied',
      'the policy server "PDP" denied',
    ])
    expect(refusal.hint).toContain(double.asked[0]?.headers['x-request-id'])
  })

  it.each([
    [{ reason_admin: { en: 'rule 7' }, reason_user: { en: 'ask' } }, String.raw`"{\"en\":\"rule 7\"}"`],
    [{ reason: 'viewer only' }, '"viewer only"'],
    [{ reason_user: 'ask' }, '"ask"'],
    [{ reason: `two\nlines ${'x'.repeat(500)}` }, `"two\\nlines ${'x'.repeat(118)}\ufffd"`],
    [{ reason: `you sent ${credential}` }, '"withheld, since it contains the credential"'],
    [{ reason: ['credential-of-the-resource'] }, '"withheld, since it contains the credential"'],
  ])('tells the operator the reason of the policy server, and not the agent: %j', async (context, reason) => {
    const { double, refused } = await makeScene({}, json({ decision: false, context }))
    const refusal = await refused()
    expect(told(refusal, double)).toBe(`the policy server "PDP" denied: ${reason}`)
    const plain = await makeScene({}, denies)
    expect(await answer(refusal)).toEqual(await answer(await plain.refused()))
  })
})

/** What a policy server can do instead of deciding → what the operator is told. */
const faults: readonly (readonly [what: string, Answering, hint: string])[] = [
  ['fails', status(500), 'answered with status 500'],
  ['is overloaded', status(503), 'answered with status 503'],
  ['limits the rate', status(429), 'answered with status 429'],
  ['does not know the caller', status(401), 'answered with status 401: check "credential"'],
  ['forbids the call', status(403), 'answered with status 403: check "credential"'],
  ['has no such endpoint', status(404), 'answered with status 404: check "pdp"'],
  [
    'does not understand what is asked',
    status(400),
    'answered with status 400: check "map", and the log of the policy server',
  ],
  [
    'answers with a decision under another status',
    (asked, response) => {
      response.statusCode = 201
      response.setHeader('content-type', 'application/json')
      response.setHeader('x-request-id', String(asked.headers['x-request-id']))
      response.end('{"decision":true}')
    },
    'answered with status 201',
  ],
  [
    'answers with something else than JSON',
    json('{"decision":true}', { 'content-type': 'text/plain' }),
    'answered with content that is not application/json',
  ],
  [
    'uses a content coding',
    json('{"decision":true}', { 'content-encoding': 'br' }),
    'answered in a content coding that was not asked for',
  ],
  [
    'answers another call',
    json({ decision: true }, { 'x-request-id': 'another' }),
    'answered with the X-Request-ID of another request',
  ],
  ['sends nothing', json(''), 'answered with something that is not one JSON object'],
  ['sends a list', json('[{"decision":true}]'), 'answered with something that is not one JSON object'],
  ['sends two objects', json('{"decision":true}{}'), 'answered with something that is not one JSON object'],
  ['sends half an object', json('{"decision":true'), 'answered with something that is not one JSON object'],
  [
    'decides twice',
    json(String.raw`{"decision":false,"decisi\u006fn":true}`),
    'answered with something that is not one JSON object',
  ],
  [
    'nests deeply',
    json(`{"decision":true,"x":${'['.repeat(40)}${']'.repeat(40)}}`),
    'answered with something that is not one JSON object',
  ],
  [
    'sends an object without a decision',
    json({}),
    'answered with a "decision" that is neither true nor false',
  ],
  [
    'decides with a text',
    json({ decision: 'true' }),
    'answered with a "decision" that is neither true nor false',
  ],
  [
    'decides with a number',
    json({ decision: 1 }),
    'answered with a "decision" that is neither true nor false',
  ],
  [
    'decides in the prototype',
    json('{"__proto__":{"decision":true}}'),
    'answered with a "decision" that is neither true nor false',
  ],
  ['sends too much', json({ decision: true, x: 'x'.repeat(65_536) }), 'answered with more than 65536 octets'],
  [
    'breaks off',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"decision":true}', () => response.destroy())
    },
    'broke off its answer',
  ],
  ['hangs up', (_, response) => response.destroy(), 'could not be reached'],
]

describe('without a decision', () => {
  afterEach(outlastDeadlines)

  it.each(faults)('the response is 503 when the policy server %s', async (_, answering, hint) => {
    const { double, refused } = await makeScene({}, answering)
    const refusal = await refused()
    expect([refusal.status, refusal.code]).toEqual([503, 'server_error'])
    const [line = ''] = told(refusal, double).split(' (UND_ERR_SOCKET)')
    expect(line).toBe(`the policy server "PDP" ${hint}`)
  })

  it('the response is 503 when nobody listens at the address', async () => {
    const origin = `http://127.0.0.1:${await freePort()}`
    const { refused } = await makeScene({ pdp: `${origin}/access/v1/evaluation` })
    const refusal = await refused()
    expect(refusal.status).toBe(503)
    expect(refusal.hint).toContain(`the policy server "${origin}" could not be reached (ECONNREFUSED)`)
  })

  it('a redirect is not followed', async () => {
    const other = await startPolicyDouble()
    const { double, refused } = await makeScene({}, status(307, { location: other.pdp }))
    const refusal = await refused()
    expect([refusal.status, told(refusal, double)]).toEqual([
      503,
      'the policy server "PDP" answered with a redirect, which is not followed: correct "pdp"',
    ])
    expect(other.asked).toEqual([])
  })

  it('an endless answer is cut off', async () => {
    const closed = makeGate<void>()
    const { refused } = await makeScene({}, (asked, response) => {
      json('')(asked, { writeHead: response.writeHead.bind(response), end: () => undefined } as never)
      const more = (): void =>
        void response.write(' '.repeat(16_384), () => response.destroyed || setImmediate(more))
      response.on('close', () => closed.open())
      more()
    })
    expect((await refused()).hint).toContain('answered with more than 65536 octets')
    await closed.passed
  })

  it.each([
    [
      'its answer',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }),
    ],
    ['a response', () => undefined],
  ] as const)('the deadline ends the wait for %s, and a later decision is ignored', async (_, begin) => {
    const refusedAlready = makeGate<void>()
    const answered = makeGate<void>()
    const { double, refused } = await makeScene({}, async (_asked, response) => {
      begin(response)
      if (response.headersSent) response.write('{"deci')
      await refusedAlready.passed
      response.end('{"decision":true}', () => undefined)
      answered.open()
    })
    const refusing = refused()
    await double.reached(1)
    passDeadlines()
    const refusal = await refusing
    refusedAlready.open()
    await answered.passed
    expect([refusal.status, told(refusal, double)]).toEqual([
      503,
      'the policy server "PDP" did not answer within the 500 ms of "timeout"',
    ])
  })

  it('the agent learns the same, whatever the reason is', async () => {
    const answers = new Set<string>()
    const add = async (refusal: AAuthError): Promise<void> => {
      const { status: code, headers, body } = await answer(refusal)
      answers.add(JSON.stringify([code, headers, body]))
    }
    const { double, refused } = await makeScene()
    for (const [, answering] of faults) {
      double.answers(answering)
      await add(await refused())
    }
    const map = (): never => {
      throw new Error('no such note')
    }
    await add(await (await makeScene({ map })).refused())
    expect([...answers]).toHaveLength(1)
  })
})

describe('what the resource does itself', () => {
  it.each([
    [
      'throws',
      () => {
        throw new RangeError('no such note')
      },
      '"map" threw "RangeError: no such note": fix it, since nothing is asked without it',
    ],
    [
      'rejects with a refusal',
      async () => {
        throw Object.assign(new Error('x'), { name: 'AAuthError', code: 'access_denied', status: 403 })
      },
      '"map" threw "AAuthError: x": fix it, since nothing is asked without it',
    ],
    ['returns nothing', () => undefined, 'nothing was asked, since what "map" returned is not an object'],
    [
      'returns another request',
      (e: object) => ({ ...e, evaluations: [] }),
      'nothing was asked, since "evaluations" is not a member of an evaluation request',
    ],
    [
      'leaves out the subject',
      (e: object) => ({ ...e, subject: undefined }),
      'nothing was asked, since "subject" is not an object',
    ],
    [
      'names nobody',
      (e: object) => ({ ...e, subject: { type: 'user', id: undefined } }),
      'nothing was asked, since "subject.id" is not a string',
    ],
    [
      'returns a list of properties',
      (e: { resource: object }) => ({ ...e, resource: { ...e.resource, properties: [] } }),
      'nothing was asked, since "resource.properties" is not an object',
    ],
    [
      'returns a list as context',
      (e: object) => ({ ...e, context: [] }),
      'nothing was asked, since "context" is not an object',
    ],
    [
      'returns too much',
      (e: object) => ({ ...e, context: { text: 'ä'.repeat(33_000) } }),
      'nothing was asked, since the evaluation request has more than 65536 octets',
    ],
    [
      'returns what JSON cannot express',
      (e: object) => ({ ...e, context: { many: 1n } }),
      'nothing was asked, since Do not know how to serialize a BigInt',
    ],
  ])('"map" that %s is a 503, and nothing is asked', async (_, map, hint) => {
    const { double, refused } = await makeScene({ map: map as never })
    const refusal = await refused()
    expect([refusal.status, refusal.code, refusal.hint]).toEqual([503, 'server_error', hint])
    expect(double.asked).toEqual([])
  })

  it.each([
    [
      'throws',
      () => {
        throw new TypeError(`no secret ${credential}`)
      },
      '"credential" threw "TypeError": fix it',
    ],
    [
      'returns two lines',
      () => `${credential}\r\nX-Admin: 1`,
      '"credential" did not return a value of Authorization: return visible ASCII characters',
    ],
    [
      'returns nothing',
      async () => undefined,
      '"credential" did not return a value of Authorization: return visible ASCII characters',
    ],
  ])('"credential" that %s is a 503 that does not show it', async (_, given, hint) => {
    const { double, refused } = await makeScene({ credential: given as never })
    const refusal = await refused()
    expect([refusal.status, refusal.hint]).toEqual([503, hint])
    expect(double.asked).toEqual([])
  })

  it('"credential" that does not return in time is a 503, and nothing is asked', async () => {
    const { double, refused } = await makeScene({ credential: neverAnswers })
    expect((await refused()).hint).toBe('"credential" did not return within the 500 ms of "timeout"')
    expect(double.asked).toEqual([])
  })

  it('"fetch" that throws is a 503 that shows neither its text nor the credential', async () => {
    const fetch = (_: unknown, init: RequestInit): never => {
      throw Object.assign(new Error(JSON.stringify(init.headers)), { code: 'EAGAIN' })
    }
    const { double, refused } = await makeScene({ fetch: fetch as never })
    const refusal = await refused()
    expect([refusal.status, told(refusal, double)]).toEqual([
      503,
      'the policy server "PDP" could not be reached (EAGAIN)',
    ])
  })
})

describe('events', () => {
  it('contain nothing of credential, token and signature, even if the policy server repeats them', async () => {
    const lines: string[] = []
    const record = (...given: readonly unknown[]): void =>
      void lines.push(
        ...given.map((value) =>
          value instanceof Error
            ? JSON.stringify([
                value,
                value.message,
                (value as AAuthError).hint,
                (value as AAuthError).problem,
                String(value.cause),
              ])
            : JSON.stringify(value),
        ),
      )
    const repeating: Answering = (asked, response) =>
      json({ decision: false, context: { reason_admin: asked.headers.authorization } })(asked, response)
    const all = [repeating, ...faults.map(([, answering]) => answering), ...Array(5).fill(status(503))]
    const { double, refused, resource, token } = await makeScene()
    resource.listen({
      onDecision: (event, refusal) => record(event, refusal),
      onEvent: (event) => record(event),
    })
    for (const answering of all) {
      double.answers(answering)
      record(await refused())
    }
    expect(lines.some((line) => line.includes('aauth.circuit_changed.v1'))).toBe(true)
    const secrets = [credential, 'credential-of-the-resource', ...token.split('.')]
    expect(secrets.filter((secret) => lines.some((line) => line.includes(secret)))).toEqual([])
  })
})
