import { createServer } from 'node:http'
import { AAuthError, type AAuthErrorCode } from '@aauth-guard/core'
import type { SignedMessage } from '@aauth-guard/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GatewayCode, refusal } from '../../src/decide/refusal.ts'
import { forwardAuthHandler } from '../../src/forward/index.ts'
import { nginxAnswerLines } from '../../src/forward/nginx-answer.ts'
import {
  type AgentAnswer,
  type ForwardScene,
  makeForwardScene,
  routeTo,
  secret,
  sendOctets,
  serve,
} from './forward-scene.ts'

let scene: ForwardScene
beforeAll(async () => {
  scene = await makeForwardScene()
})
afterAll(() => scene.close())
beforeEach(() => {
  scene.events.length = 0
})

/** Asks as nginx and Caddy do. */
function ask(message: SignedMessage, lines: readonly string[], path = '/check'): Promise<AgentAnswer> {
  return askAt(scene.forward.port, message, lines, path)
}

function askAt(port: number, message: SignedMessage, lines: readonly string[], path = '/check') {
  const signed = message.headers.map(([name, value]) => `${name}: ${value}`)
  const all = [`GET ${path} HTTP/1.1`, 'Host: notes.example', ...signed, ...lines, 'Connection: close']
  return sendOctets(port, `${all.join('\r\n')}\r\n\r\n`)
}

const line = (target: string, method = 'GET'): string =>
  `AAuth-Guard-Forwarded: ${secret} ${method} ${target}`
const claimsOf = (answer: AgentAnswer): unknown =>
  JSON.parse(Buffer.from(answer.headers.get('aauth-guard-assertion') ?? '', 'base64url').toString())

describe('the line of a proxy', () => {
  it('with secret, method and target lets a signed request pass with an assertion', async () => {
    const answer = await ask(await scene.sign('/any?a=b'), [line('/any?a=b')])
    expect(answer.status).toBe(200)
    expect(answer.headers.get('aauth-guard-upstream')).toBe('notes')
    expect(claimsOf(answer)).toEqual({
      audience: 'notes',
      method: 'GET',
      target: '/any?a=b',
      caller: 'person-1',
      content: 'unsigned',
    })
  })

  it.each([
    ['is missing', []],
    ['has another secret', [`AAuth-Guard-Forwarded: ${secret.slice(0, -1)}x GET /any`]],
    ['has a secret that begins like ours', [`AAuth-Guard-Forwarded: ${secret.slice(0, -1)} GET /any`]],
    ['has a secret that goes on', [`AAuth-Guard-Forwarded: ${secret}x GET /any`]],
    ['does not begin with the secret', [`AAuth-Guard-Forwarded: GET /any ${secret}`]],
    ['comes twice', [line('/any'), line('/any')]],
    ['comes twice in two cases', [line('/any'), line('/any').toLowerCase()]],
    ['is joined with another', [`AAuth-Guard-Forwarded: x, ${secret} GET /any`]],
    ['has another spelling', [line('/any').replaceAll('-G', '_G').replace('-F', '_F')]],
    ['is empty', ['AAuth-Guard-Forwarded:']],
  ])('that %s is answered 403, on loopback too', async (_, lines) => {
    const answer = await ask(await scene.sign('/any'), lines as string[])
    expect([answer.status, answer.headers.has('aauth-guard-assertion')]).toEqual([403, false])
    expect(scene.events).toEqual([])
  })

  it.each([
    ['no target', `${secret} GET`],
    ['two blanks', `${secret}  GET /any`],
    ['a blank in the target', `${secret} GET /any /x`],
    ['a method that is not a token', `${secret} G(T /any`],
    ['a tab', `${secret} GET\t/any`],
    ['octets beyond ASCII in the target', `${secret} GET /\xe9`],
    ['a no-break space in the target', `${secret} GET /any\xa0x`],
  ])('with %s is answered 400', async (_, value) => {
    const answer = await ask(await scene.sign('/any'), [`AAuth-Guard-Forwarded: ${value}`])
    expect(answer.status).toBe(400)
    expect(scene.events).toEqual([])
  })

  it.each(['/', '/checks', '/nginx', '/any', '/check/'])('at %s is answered 403', async (path) => {
    expect((await ask(await scene.sign('/any'), [line('/any')], path)).status).toBe(403)
  })

  it('is what counts, not the target of the check', async () => {
    const message = await scene.sign('/any')
    expect((await ask(message, [line('/any')], '/check?x=/denied')).status).toBe(200)
    expect((await ask(message, [line('/any/else')])).status).toBe(401)
  })

  it('never passes for anything but itself', async () => {
    const message = await scene.sign('/any')
    const given = fc
      .oneof(
        fc.string(),
        fc.string().map((text) => `${secret.slice(0, 20)}${text}`),
      )
      .filter(isValue)
    await fc.assert(
      fc.asyncProperty(given, async (value) => {
        const answer = await ask(message, [`AAuth-Guard-Forwarded: ${value} GET /any`])
        expect(answer.status).toBe(403)
      }),
      { numRuns: 50 },
    )
  })
})

const isValue = (text: string): boolean => /^[\x21-\x7e]*$/.test(text) && text.trim() !== secret

describe('the lines of Traefik, by its documentation (not run against Traefik)', () => {
  const traefik = [
    `AAuth-Guard-Forwarded: ${secret}`,
    'X-Forwarded-Method: GET',
    'X-Forwarded-Proto: https',
    'X-Forwarded-Host: notes.example',
    'X-Forwarded-Uri: /any?a=b',
    'X-Forwarded-For: 192.0.2.1',
    'X-Forwarded-Port: 443',
    'X-Forwarded-Server: proxy',
    'X-Real-Ip: 192.0.2.1',
  ]

  it('let a signed request pass', async () => {
    const answer = await ask(await scene.sign('/any?a=b'), traefik)
    expect([answer.status, claimsOf(answer)]).toMatchObject([200, { target: '/any?a=b' }])
  })

  it.each(['X-Forwarded-Uri', 'X-Forwarded-Method', 'X-Forwarded-Host'])(
    'are refused without %s, and with two of it',
    async (name) => {
      const without = traefik.filter((one) => !one.startsWith(`${name}:`))
      const message = await scene.sign('/any?a=b')
      expect((await ask(message, without)).status).toBe(400)
      expect((await ask(message, [...traefik, `${name}: GET`])).status).toBe(400)
    },
  )

  it('are refused where the secret is wrong', async () => {
    const forged = traefik.with(0, 'AAuth-Guard-Forwarded: guessed')
    expect((await ask(await scene.sign('/any?a=b'), forged)).status).toBe(403)
  })

  it('count only where the line has the secret alone', async () => {
    const lines = traefik.with(0, line('/denied'))
    expect((await ask(await scene.sign('/any?a=b'), lines)).status).toBe(401)
  })
})

describe('what forward auth cannot do is refused', () => {
  it.each([
    'AAuth_Guard_Assertion: forged',
    'AAuth-Guard_Assertion: forged',
    'aauth.guard.assertion: forged',
    'AAuth-Guard-Assertion: forged',
    'AAuth-Guard-Anything: forged',
    'X-AAuth-Sub: forged',
    'x_aauth_sub: forged',
    'X_Forwarded_For: 192.0.2.1',
    'X-Forwarded-User: somebody',
    'X-Original-URL: /denied',
    'X-Rewrite-Url: /denied',
    'X-HTTP-Method-Override: DELETE',
    'X_HTTP_Method: DELETE',
    'X-Method-Override: DELETE',
    'AAuth_Mission: m',
    'Proxy: http://192.0.2.1',
  ])('with 400: the field %s', async (field) => {
    const answer = await ask(await scene.sign('/any'), [line('/any'), field])
    expect([answer.status, answer.headers.has('aauth-guard-assertion')]).toEqual([400, false])
  })

  it('and the log of the operator is told why', async () => {
    const told: unknown[] = []
    const options = { plan: () => scene.plan, assertions: scene.assertions, secret }
    const handler = forwardAuthHandler({ ...options, onRefused: (refused) => void told.push(refused) })
    const telling = await serve(createServer(handler))
    await askAt(telling.port, await scene.sign('/any'), [line('/any?x'), 'X-AAuth-Sub: forged'])
    const hint = 'no proxy removes the field "X-AAuth-Sub"'
    expect(told).toEqual([{ code: 'bad_request', hint, method: 'GET', path: '/any' }])
    await telling.close()
  })

  it('with 400: a route that changes the target', async () => {
    expect((await ask(await scene.sign('/cut/x'), [line('/cut/x')])).status).toBe(400)
  })

  it('with 400: a covered digest that nobody compares; the decision is reported as a refusal', async () => {
    const message = await scene.sign('/any', { method: 'POST', body: 'hello' }, { digest: true })
    const answer = await ask(message, [line('/any', 'POST')])
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { error: 'invalid_request' }])
    expect(scene.events.map(({ outcome, point }) => [outcome, point])).toEqual([
      ['accepted', 'guard'],
      ['refused', 'content'],
    ])
  })

  it('but a digest that the upstream compares goes on in the assertion', async () => {
    const message = await scene.sign('/digest', { method: 'POST', body: 'hello' }, { digest: true })
    const answer = await ask(message, [line('/digest', 'POST')])
    const digest = message.headers.find(([name]) => name.toLowerCase() === 'content-digest')?.[1]
    expect(claimsOf(answer)).toMatchObject({ content: 'upstream', digest })
  })

  it('the routes of the resource are not served', async () => {
    const target = '/.well-known/aauth-resource.json'
    expect((await ask(await scene.sign('/any'), [line(target)])).status).toBe(404)
  })
})

describe('credentials of others', () => {
  it('come back where the route passes them and the caller has no AAuth credential', async () => {
    const unsigned = { ...(await scene.sign('/keys')), headers: [] }
    const lines = [line('/keys'), 'Authorization: Bearer key', 'Cookie: a=1', 'Cookie: b=2']
    const answer = await ask(unsigned, lines)
    expect([answer.headers.get('authorization'), answer.headers.get('cookie')]).toEqual([
      'Bearer key',
      'a=1; b=2',
    ])
    expect(claimsOf(answer)).toMatchObject({ caller: 'nobody' })
  })

  it('do not come back on other routes', async () => {
    const lines = [line('/any'), 'Authorization: Bearer key', 'Cookie: a=1']
    const answer = await ask(await scene.sign('/any'), lines)
    expect([answer.status, answer.headers.has('authorization'), answer.headers.has('cookie')]).toEqual([
      200,
      false,
      false,
    ])
  })

  it('beside an AAuth credential are refused where both could count', async () => {
    const lines = [line('/keys'), 'Authorization: Bearer key']
    expect((await ask(await scene.sign('/keys'), lines)).status).toBe(400)
  })
})

describe('an answer that nginx cannot pass on', () => {
  it('is in the header lines of a 403', async () => {
    const message = { ...(await scene.sign('/write')), headers: [] }
    const checked = await ask(message, [line('/write')], '/nginx/check')
    const whole = await ask(message, [line('/write')])
    expect([checked.status, checked.body]).toEqual([403, ''])
    expect(checked.headers.get('aauth-guard-status')).toBe('401')
    expect(checked.headers.get('aauth-guard-body')).toBe(whole.body)
    for (const name of [
      'aauth-requirement',
      'signature-error',
      'accept-signature-alg',
      'link',
      'cache-control',
    ])
      expect([name, checked.headers.get(name)]).toEqual([name, whole.headers.get(name)])
  })

  it('has its characters beyond ASCII as escapes', () => {
    const body = JSON.stringify({ detail: 'größer \u{1f600}' })
    const lines = nginxAnswerLines({ status: 403, headers: {}, body })
    expect(lines[3]).toMatch(/^[\x20-\x7e]+$/)
    expect(JSON.parse(lines[3] as string)).toEqual(JSON.parse(body))
  })

  it.each([
    { status: 418, headers: {}, body: '{}' },
    { status: 401, headers: { 'x-unknown': 'a' }, body: '{}' },
    { status: 401, headers: { 'content-type': 'text/plain' }, body: '{}' },
  ])('is a TypeError where the recipe does not write it: %o', (answer) => {
    expect(() => nginxAnswerLines(answer)).toThrow(TypeError)
  })

  it('can be any refusal of core', () => {
    const details = {
      retryAfter: 5,
      advertise: true,
      requirement: 'agent-token',
      allow: 'GET',
      authenticate: 'Bearer',
    } as const
    for (const code of Object.keys(errorCodes) as AAuthErrorCode[])
      for (const given of [{}, details]) {
        const { status, headers } = new AAuthError(code, given)
        expect(() => nginxAnswerLines({ status, headers, body: '{}' })).not.toThrow()
      }
  })

  it('can be any refusal of the gateway', () => {
    for (const code of Object.keys(gatewayCodes) as GatewayCode[])
      expect(() =>
        nginxAnswerLines(refusal(code, 'a hint', { allow: 'GET', 'retry-after': '5' }).answer),
      ).not.toThrow()
  })
})

/** Only resources with `managedAccess` answer with these, and the gateway makes none. */
type PendingCode =
  | 'pending'
  | 'denied'
  | 'abandoned'
  | 'revoked'
  | 'not_found'
  | 'expired'
  | 'invalid_code'
  | 'gone'
  | 'slow_down'

/** Typed, so that a further code is added here. */
const errorCodes: Readonly<Record<Exclude<AAuthErrorCode, PendingCode>, true>> = {
  agent_token_required: true,
  person_token_required: true,
  auth_token_required: true,
  invalid_request: true,
  invalid_scope: true,
  invalid_account: true,
  unsupported_iss: true,
  content_too_large: true,
  rate_limited: true,
  access_denied: true,
  person_required: true,
  mission_required: true,
  mission_mismatch: true,
  class_mismatch: true,
  class_unverifiable: true,
  mission_terminated: true,
  server_error: true,
  invalid_signature: true,
  invalid_input: true,
  unsupported_scheme: true,
  unsupported_algorithm: true,
  invalid_key: true,
  unknown_key: true,
  invalid_jwt: true,
  expired_jwt: true,
  revoked_jwt: true,
  issuer_missing: true,
  issuer_mismatch: true,
  clock_skew: true,
}

const gatewayCodes: Readonly<Record<GatewayCode, true>> = {
  no_route: true,
  method_not_allowed: true,
  ambiguous_target: true,
  bad_request: true,
  content_too_large: true,
  upgrade_refused: true,
  too_many_requests: true,
  upstream_unavailable: true,
  upstream_timeout: true,
}

describe('a failure', () => {
  it('of the gateway is answered 503, whole and carried', async () => {
    const broken = await serve(
      createServer(
        forwardAuthHandler({
          plan: () => {
            throw new Error('no plan')
          },
          assertions: undefined as never,
          secret,
        }),
      ),
    )
    const message = await scene.sign('/any')
    const whole = await askAt(broken.port, message, [line('/any')])
    expect([whole.status, whole.headers.get('retry-after')]).toEqual([503, '5'])
    const carried = await askAt(broken.port, message, [line('/any')], '/nginx/check')
    expect([carried.status, carried.headers.get('aauth-guard-status')]).toEqual([403, '503'])
    await broken.close()
  })

  it('of the signer of assertions is answered 503', async () => {
    const failing = { keys: '', sign: () => Promise.reject(new Error('no key')) }
    const broken = await serve(
      createServer(forwardAuthHandler({ plan: () => scene.plan, assertions: failing, secret })),
    )
    const whole = await askAt(broken.port, await scene.sign('/any'), [line('/any')])
    expect([whole.status, whole.headers.has('aauth-guard-assertion')]).toEqual([503, false])
    await broken.close()
  })

  it('to decide in time is bounded: more checks than "limits.requests" are answered 503', async () => {
    let decide: (() => void) | undefined
    const waiting = new Promise<void>((resolve) => {
      decide = resolve
    })
    const slow = { accept: ['auth-token'], check: () => waiting.then(() => true) } as never
    const other = await makeForwardScene((upstream) => [routeTo(upstream, '/any', { requirement: slow })])
    const plan = { ...other.plan, limits: { ...other.plan.limits, requests: 1 } }
    const narrow = await serve(
      createServer(forwardAuthHandler({ plan: () => plan, assertions: scene.assertions, secret })),
    )
    const messages = [
      await other.sign('/any'),
      await other.sign('/any', {}, { params: { nonce: 'b' } }),
    ] as const
    const answers = messages.map((message) => askAt(narrow.port, message, [line('/any')]))
    const first = await Promise.race(answers)
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5'])
    decide?.()
    expect((await Promise.all(answers)).map(({ status }) => status).sort()).toEqual([200, 503])
    await Promise.all([narrow.close(), other.close()])
  })
})

describe('a secret', () => {
  it.each(['', 'short', 'x'.repeat(31), `${'x'.repeat(40)} `, `${'x'.repeat(40)}"`, 'x'.repeat(257)])(
    'like "%s" is a TypeError',
    (bad) => {
      const options = { plan: () => scene.plan, assertions: scene.assertions, secret: bad }
      expect(() => forwardAuthHandler(options)).toThrow(TypeError)
    },
  )
})
