import {
  AAuthError,
  type Auth,
  answer,
  authorize,
  type ChallengeTerms,
  issueResourceToken,
  stepUp,
} from '@aauth-guard/core'
import { answerOfStepUp, challenged, notes, refusalOf, verified } from '@aauth-guard/fixtures/issued'
import { anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const read = { scope: 'notes.read' } as const
const payment = {
  headers: { 'Payment-Required': 'one cent' },
  body: { accepts: ['cents'], error: 'mine', status: 200 },
}

describe('the hint about the person', () => {
  it('is in the resource token of a challenge, made from the verified token [R11-167]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const seen: Auth[] = []
    const challenge = (auth: Auth): ChallengeTerms => {
      seen.push(auth)
      return { loginHint: `${auth.sub}@notes.example` }
    }
    const refused = await refusalOf(
      call(await agent.personToken({ sub: 'person-9' }), { requirement: { ...read, challenge } }),
    )
    const { payload } = await challenged(resource, refused)
    expect([refused.status, payload.login_hint]).toEqual([401, 'person-9@notes.example'])
    expect([seen.length, Object.isFrozen(seen[0])]).toEqual([1, true])
  })

  it('is not asked for before the request is verified, nor where no resource token is issued [R11-167]', async () => {
    const { resource, net, agent, call } = await makeWorld(notes)
    let calls = 0
    const requirement = { ...read, challenge: () => ({ loginHint: `${++calls}` }) }
    const message = await agent.sign(
      `${net.resource}/notes`,
      {},
      { token: await agent.personToken(), mistake: 'wrong-key' },
    )
    await refusalOf(authorize(resource, toSignedRequest(message), requirement))
    await call(await agent.authToken(read), { requirement })
    expect(calls).toBe(0)
  })

  it('is passed to stepUp and issueResourceToken [R11-167]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const hint = { ...read, loginHint: 'alice@notes.example' }
    const { payload } = await challenged(resource, await answerOfStepUp(resource, auth, hint))
    const issued = await verified(resource, await issueResourceToken(resource, auth, hint))
    expect([payload.login_hint, issued.payload.login_hint]).toEqual([hint.loginHint, hint.loginHint])
  })

  it('does not exist before draft 11 [R11-167, RT-14]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.authToken({ ...read, generation: 'mission-header' }), {
      requirement: anyKind,
    })
    const { payload } = await challenged(
      resource,
      await answerOfStepUp(resource, auth, { ...read, loginHint: 'alice' }),
    )
    expect('login_hint' in payload).toBe(false)
  })

  it.each([
    ['an empty text', ''],
    ['257 octets', `${'é'.repeat(128)}e`],
    ['a line feed', 'a\nb'],
    ['a number', 7],
  ])('is not %s [R11-167]', async (_, loginHint) => {
    const { resource, agent, call } = await makeWorld(notes)
    const token = await agent.personToken()
    const auth = await call(token, { requirement: personRoute })
    expect(() => stepUp(resource, auth, { ...read, loginHint: loginHint as string })).toThrow(TypeError)
    const challenge = (): ChallengeTerms => ({ loginHint: loginHint as string })
    const refused = await refusalOf(call(token, { requirement: { ...read, challenge } }))
    expect([refused.status, refused.hint]).toEqual([503, expect.stringContaining('"challenge" threw')])
  })

  it('may have 256 octets [R11-167]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const loginHint = 'é'.repeat(128)
    const { payload } = await challenged(
      resource,
      await answerOfStepUp(resource, auth, { ...read, loginHint }),
    )
    expect(payload.login_hint).toBe(loginHint)
  })

  it('does not decide: an auth token for somebody else counts as that person [R11-167]', async () => {
    const { agent, call } = await makeWorld(notes)
    const requirement = { ...read, challenge: () => ({ loginHint: 'alice' }) }
    const auth = await call(await agent.authToken({ ...read, sub: 'bob' }), { requirement })
    expect(auth.sub).toBe('bob')
  })
})

describe('a payment', () => {
  it('is asked for with 402, beside the same requirement that a 401 has [CHAL-10, R11-145, R11-147, R11-150]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const challenge = (): ChallengeTerms => ({ payment })
    const refused = await refusalOf(call(await agent.personToken(), { requirement: { ...read, challenge } }))
    const { status, headers, body } = await answer(refused)
    expect([refused.status, status, headers]).toEqual([
      402,
      402,
      {
        'aauth-requirement': expect.stringMatching(
          /^requirement=auth-token;resource-token="[\w-]+\.[\w-]+\.[\w-]+"$/,
        ),
        'cache-control': 'no-store',
        'content-type': 'application/problem+json',
        link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
        'payment-required': 'one cent',
      },
    ])
    expect(JSON.parse(body)).toMatchObject({ accepts: ['cents'], status: 402, error: 'auth_token_required' })
    expect((await challenged(resource, { headers })).payload.scope).toBe('notes.read')
  })

  it('is asked for by a handler that steps up [CHAL-10, R11-145]', async () => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    const { status, headers } = await answerOfStepUp(resource, auth, { ...read, payment })
    expect([status, headers['payment-required']]).toEqual([402, 'one cent'])
    expect((await challenged(resource, { headers })).payload.scope).toBe('notes.read')
    await expect(issueResourceToken(resource, auth, { ...read, payment })).rejects.toThrow(TypeError)
  })

  it('is reported with the status that was sent', async () => {
    const statuses: unknown[] = []
    const { agent, call } = await makeWorld({
      ...notes,
      onDecision: ({ status, outcome }) => void statuses.push([status, outcome]),
    })
    await refusalOf(
      call(await agent.personToken(), { requirement: { ...read, challenge: () => ({ payment }) } }),
    )
    expect(statuses).toEqual([[402, 'challenged']])
  })

  it.each([
    [{}, 401],
    [{ requirement: 'auth-token' }, 401],
    [{ resourceToken: 'a.b.c' }, 401],
    [{ requirement: 'person-token', resourceToken: 'a.b.c' }, 401],
    [{ requirement: 'auth-token', resourceToken: 'a.b.c' }, 402],
  ] as const)(
    'is not asked for without a requirement and its resource token: %j is answered %i [CHAL-10, R11-145]',
    async (details, status) => {
      const error = new AAuthError('auth_token_required', { ...details, payment })
      const answered = await answer(error)
      expect([error.status, answered.status, 'payment-required' in answered.headers]).toEqual([
        status,
        status,
        status === 402,
      ])
      expect('accepts' in JSON.parse(answered.body)).toBe(status === 402)
    },
  )

  it.each(['access_denied', 'agent_token_required', 'person_token_required', 'invalid_signature'] as const)(
    'is not asked for beside %s [CHAL-10, R11-151]',
    async (code) => {
      const details = { requirement: 'auth-token', resourceToken: 'a.b.c', payment } as const
      const { status, headers } = await answer(new AAuthError(code, details))
      expect([status === 402, 'payment-required' in headers]).toEqual([false, false])
    },
  )

  it.each<readonly [string, unknown]>([
    ['without fields', { headers: {} }],
    [
      'with 17 fields',
      { headers: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`x-${n}`, 'x'])) },
    ],
    ['with an empty field', { headers: { 'x-price': '' } }],
    ['with a long field', { headers: { 'x-price': 'x'.repeat(8193) } }],
    ['with two lines', { headers: { 'x-price': 'a\r\nset-cookie: b' } }],
    ['with a name of two words', { headers: { 'x price': 'a' } }],
    ['that replaces the requirement', { headers: { 'AAuth-Requirement': 'requirement=agent-token' } }],
    ['that grants a session', { headers: { 'aauth-access': 'abc' } }],
    ['that lets the answer be stored', { headers: { 'cache-control': 'public' } }],
    ['with a cookie', { headers: { 'set-cookie': 'a=b' } }],
    ['with another framing', { headers: { 'content-length': '1' } }],
    ...['connection', 'http2-settings', 'keep-alive', 'proxy-connection', 'trailer', 'upgrade'].map(
      (name) => [`with ${name}`, { headers: { [name]: 'a' } }] as const,
    ),
    ['whose body is a list', { headers: { 'x-price': '1' }, body: [] }],
    ['whose body is large', { headers: { 'x-price': '1' }, body: { text: 'x'.repeat(16_384) } }],
    ['with an unknown member', { headers: { 'x-price': '1' }, status: 200 }],
    ['that is a text', 'one cent'],
  ])('%s is refused as a mistake [CHAL-10]', async (_, given) => {
    const { resource, agent, call } = await makeWorld(notes)
    const auth = await call(await agent.personToken(), { requirement: personRoute })
    expect(() => stepUp(resource, auth, { ...read, payment: given as never })).toThrow(TypeError)
    const details = { requirement: 'auth-token', resourceToken: 'a.b.c', payment: given as never } as const
    expect(() => new AAuthError('auth_token_required', details)).toThrow(TypeError)
  })
})

describe('"challenge" of a route', () => {
  it.each([
    ['is not a function', { ...read, challenge: 'pay' }],
    ['is on a route that takes no auth tokens', { accept: 'person-token', challenge: () => undefined }],
  ])('is refused at start if it %s', async (_, requirement) => {
    const { agent, call } = await makeWorld(notes)
    await expect(call(await agent.personToken(), { requirement: requirement as never })).rejects.toThrow(
      /"challenge"/,
    )
  })

  it.each([
    ['a text', 'pay'],
    ['an unknown member', { price: 1 }],
    ['null', null],
  ])('that returns %s makes the request fail', async (_, returned) => {
    const { agent, call } = await makeWorld(notes)
    const challenge = (): never => returned as never
    const refused = await refusalOf(call(await agent.personToken(), { requirement: { ...read, challenge } }))
    expect(refused.code).toBe('server_error')
  })

  it('may refuse', async () => {
    const { agent, call } = await makeWorld(notes)
    const challenge = (): never => {
      throw new AAuthError('access_denied', { hint: 'not for sale' })
    }
    const refused = await refusalOf(call(await agent.personToken(), { requirement: { ...read, challenge } }))
    expect([refused.code, refused.hint]).toEqual(['access_denied', 'not for sale'])
  })

  it('may return nothing', async () => {
    const { agent, call } = await makeWorld(notes)
    const challenge = async (): Promise<undefined> => undefined
    const refused = await refusalOf(call(await agent.personToken(), { requirement: { ...read, challenge } }))
    expect(refused.status).toBe(401)
  })
})
