import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { asHttp } from '../recording/written.ts'
import { agent, config, net, now, reading, signed, steps, verify } from './scene.ts'

describe('aauth verify of a request that is refused', () => {
  it('shows the answer and the step that failed, and marks later steps as not reached', async () => {
    const { code, out } = await verify(await signed(reading), {
      ...config,
      requirement: { scope: 'notes.write' },
    })
    expect(code).toBe(1)
    expect(out).toContain('challenged: GET /notes\n')
    expect(out).toContain(
      'The agent is told: 401 auth_token_required. Sign the request with an auth token that grants this access.',
    )
    expect(out).toMatch(
      /^ {2}failed {2}requirement {10}the route requires an auth token: the agent must redeem the resource token$/m,
    )
    const stale = await verify(await signed(reading), config, '--at', String(now + 3600))
    expect(stale.out).toMatch(/^ {2}failed {7}freshness {12}"created" is 3600 s old/m)
    expect(stale.out).toMatch(/^ {2}not reached {2}token$/m)
  })

  type Row = readonly [
    what: string,
    failed: string,
    code: string,
    request: () => Promise<SignedMessage | string>,
    more?: object,
  ]
  const auth = (claims: Record<string, unknown>) => agent.authToken({ scope: 'notes.read', claims })
  const mine = async (options: Parameters<typeof signed>[1]) => signed(reading, options)
  const rows: readonly Row[] = [
    [
      'a target that is ambiguous',
      'request',
      'invalid_request',
      async () => asHttp(await mine({})).replace(' /notes', ' /notes#x'),
    ],
    [
      'two Host lines',
      'request',
      'invalid_request',
      async () => asHttp(await mine({})).replace('\r\n', '\r\nHost: a\r\n'),
    ],
    [
      'no signature',
      'signature inputs',
      'invalid_signature',
      async () => 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n\r\n',
    ],
    [
      'a field that is missing',
      'signature inputs',
      'invalid_signature',
      () => mine({ mistake: 'no-signature-key' }),
    ],
    [
      'a component that is not covered',
      'signature inputs',
      'invalid_input',
      () => mine({ mistake: 'omit-path' }),
    ],
    [
      'a component with a parameter that is old as well',
      'signature inputs',
      'invalid_signature',
      async () =>
        asHttp(await mine({ created: now - 100 })).replace('"signature-key")', '"signature-key" "x";req)'),
    ],
    ['another scheme', 'signature inputs', 'unsupported_scheme', () => mine({ mistake: 'unknown-scheme' })],
    ['no created', 'signature inputs', 'invalid_signature', () => mine({ mistake: 'no-created' })],
    ['a signature of the past', 'freshness', 'invalid_signature', () => mine({ created: now - 61 })],
    ['a signature of the future', 'freshness', 'clock_skew', () => mine({ created: now + 61 })],
    [
      'a signature that has expired',
      'freshness',
      'invalid_signature',
      () => mine({ created: now - 9, params: { expires: now - 1 } }),
    ],
    [
      'expires before created',
      'freshness',
      'invalid_signature',
      () => mine({ mistake: 'expires-before-created' }),
    ],
    [
      'a token that has expired',
      'token',
      'expired_jwt',
      async () => signed(await auth({ iat: now - 9, exp: now - 1 })),
    ],
    [
      'a token for another resource',
      'token',
      'invalid_jwt',
      async () => signed(await auth({ aud: 'https://x.example' })),
    ],
    ['a token of the future', 'token', 'clock_skew', async () => signed(await auth({ iat: now + 600 }))],
    ['a token without jti', 'token', 'invalid_jwt', async () => signed(await auth({ jti: undefined }))],
    [
      'an issuer that is not trusted',
      'issuer',
      'invalid_jwt',
      async () => signed(await auth({ iss: 'https://x.example', ps: 'https://x.example' })),
    ],
    [
      'a person server where an access server decides',
      'issuer',
      'invalid_jwt',
      () => mine({}),
      { accessServer: 'https://as.example' },
    ],
    [
      'the resource itself as issuer',
      'issuer',
      'invalid_jwt',
      async () => signed(await auth({ iss: net.resource, ps: net.resource })),
      { trust: 'any' },
    ],
    [
      'an agent provider that is not trusted',
      'issuer',
      'invalid_jwt',
      async () => signed(await agent.agentToken()),
      { trust: { personServers: ['https://ps.example'] } },
    ],
    [
      'another path than was signed',
      'proof of possession',
      'invalid_signature',
      async () => asHttp(await mine({})).replace('/notes', '/other'),
    ],
    [
      'another key than that of the token',
      'proof of possession',
      'invalid_signature',
      () => mine({ mistake: 'wrong-key' }),
    ],
    [
      'a token that its issuer did not sign',
      'keys of the issuer',
      'invalid_jwt',
      async () =>
        signed(await agent.authToken({ scope: 'notes.read', key: agent.key, header: { kid: 'key-1' } })),
    ],
    [
      'a key that its issuer does not publish',
      'keys of the issuer',
      'unknown_key',
      async () => signed(await agent.authToken({ scope: 'notes.read', header: { kid: 'key-9' } })),
    ],
    [
      'a mission that the token contradicts',
      'mission',
      'invalid_request',
      async () =>
        signed(
          await agent.authToken({
            scope: 'notes.read',
            generation: 'mission-header',
            mission: 'A'.repeat(43),
          }),
          { mission: { approver: 'https://ps.example', s256: `${'B'.repeat(42)}A` } },
        ),
    ],
    [
      'a token of another kind',
      'requirement',
      'person_token_required',
      async () => signed(await agent.agentToken()),
    ],
    [
      'a scope that is not granted',
      'requirement',
      'auth_token_required',
      async () => signed(await agent.authToken({ scope: 'notes.write' })),
    ],
    [
      'no mission',
      'requirement',
      'mission_required',
      () => mine({}),
      { requirement: { scope: 'notes.read', mission: 'required' } },
    ],
  ]
  const complete = rows.map(
    ([what, failed, code, request, more = {}]) => [what, failed, code, request, more] as const,
  )
  it.each(complete)('%s fails at the step "%s" as %s', async (_, failed, code, request, more) => {
    const found = await steps(await request(), { ...config, ...more }, '--at', String(now))
    expect([found.failed?.name, found.code]).toEqual([failed, code])
    expect(found.failed?.text).not.toBe('')
    const reached = Object.entries(found.states)
    const at = reached.findIndex(([name]) => name === failed)
    expect(reached.slice(0, at).every(([, state]) => state === 'passed')).toBe(true)
    expect(reached.slice(at + 1).every(([, state]) => state === 'not reached')).toBe(true)
  })

  it('lists the keys that the configuration lacks', async () => {
    const { outcome, code, failed } = await steps(await signed(reading), { ...config, keys: {} })
    expect([outcome, code, failed?.name, failed?.text]).toEqual([
      'failed',
      'server_error',
      'keys of the issuer',
      'https://ps.example has no keys in the configuration: add them to "keys"',
    ])
  })

  it('escapes text of the token', async () => {
    const { out } = await verify(await signed(await auth({ iss: 'https://x.example\u001b[31m\u202e' })))
    expect(out).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
  })
})
