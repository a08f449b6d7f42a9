import dns from 'node:dns'
import { writeFileSync } from 'node:fs'
import net_ from 'node:net'
import { join } from 'node:path'
import type { SignedMessage } from '@aauth-guard/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { aauth } from '../captured-terminal.ts'
import { asCurl, asHar, asHttp, asJson } from '../recording/written.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { agent, config, net, now, signed, steps, verify } from './scene.ts'

const reading = await agent.authToken({ scope: 'notes.read' })

describe('aauth verify of a request that is accepted', () => {
  it('explains each step and says who called', async () => {
    const { code, out, err } = await verify(await signed(reading))
    expect([code, err]).toEqual([0, ''])
    expect(out).toBe(
      [
        'accepted: GET /notes',
        'Decided as of 2026-09-21T14:13:20Z, by "created" of the signature.',
        '',
        '  passed  request              GET /notes, for the host notes.example',
        '  passed  signature inputs     "sig" uses the scheme jwt and covers @method @authority @path signature-key',
        '  passed  freshness            signed now, and the window is 60 s',
        '  passed  token                an auth token of draft 11, which expires in 1 h (2026-09-21T15:13:20Z)',
        '  passed  issuer               https://ps.example is trusted',
        `  passed  proof of possession  the signature verifies with the key in the token, whose thumbprint is ${agent.key.thumbprint}`,
        '  passed  keys of the issuer   the token verifies with the key "key-1" of https://ps.example',
        '  passed  mission              the token carries none',
        '  passed  requirement          the auth token is enough, with the scope notes.read',
        '',
        '  person   person-1 at https://ps.example',
        '  scopes   notes.read',
      ].join('\n'),
    )
    expect(out).not.toContain(reading.slice(0, 12))
  })

  it.each([
    ['HTTP/1.1', asHttp, '"created" of the signature'],
    [
      'curl -v',
      (message: SignedMessage) => asCurl(message, 'Mon, 21 Sep 2026 14:13:59 GMT'),
      'the recording',
    ],
    ['JSON', (message: SignedMessage) => asJson(message, { time: now + 39 }), 'the recording'],
    ['HAR', (message: SignedMessage) => asHar(message, '2026-09-21T14:13:59.000Z'), 'the recording'],
  ])('takes it from %s, at the time that stands there', async (_, write, source) => {
    const { code, out } = await verify(write(await signed(reading)), config, '--json')
    const { outcome, time } = JSON.parse(out)
    expect([code, outcome, time.source]).toEqual([0, 'accepted', source])
    if (source === 'the recording') expect(time.seconds).toBe(now + 39)
  })

  it('makes no use of the network, whatever the token names', async () => {
    const dialled = [
      vi.spyOn(globalThis, 'fetch'),
      vi.spyOn(net_.Socket.prototype, 'connect'),
      vi.spyOn(dns, 'lookup'),
      vi.spyOn(dns.Resolver.prototype, 'resolve4'),
      vi.spyOn(dns.promises, 'lookup'),
    ]
    onTestFinished(() => {
      for (const spy of dialled) spy.mockRestore()
    })
    const elsewhere = await agent.authToken({
      scope: 'notes.read',
      claims: { iss: 'https://x.example', ps: 'https://x.example' },
    })
    const trust = 'any'
    const found = await Promise.all([
      steps(await signed(reading)),
      steps(await signed(await agent.agentToken())),
      steps(await signed(elsewhere), { ...config, trust }),
    ])
    expect(found.map(({ outcome }) => outcome)).toEqual(['accepted', 'challenged', 'failed'])
    for (const spy of dialled) expect(spy).not.toHaveBeenCalled()
  })

  it('compares recorded content with the digest, and says where none was recorded', async () => {
    const headers = { 'content-type': 'text/plain' }
    const message = await agent.sign(
      `${net.resource}/notes`,
      { method: 'POST', body: 'a', headers },
      { token: reading, digest: true },
    )
    const [whole, other, cut] = [
      await steps(message),
      await steps(asHttp(message).replace(/a$/, 'b')),
      await steps(asCurl(message, 'Mon, 21 Sep 2026 14:13:20 GMT')),
    ]
    expect([whole, other, cut].map(({ outcome, states }) => [outcome, states.content])).toEqual([
      ['accepted', 'passed'],
      ['refused', 'failed'],
      ['accepted', 'unknown'],
    ])
    expect(other.failed?.text).toContain('"content-digest" is not the digest of the content')
  })

  it('lets a request without credential pass where the route is optional', async () => {
    const unsigned = 'GET /notes HTTP/1.1\r\nHost: notes.example\r\n\r\n'
    const { code, out } = await verify(unsigned, {
      ...config,
      requirement: { scope: 'notes.read', optional: true },
    })
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('the route is optional, and the request has no credential'),
    ])
  })

  it('decides requests of a world on this machine', async () => {
    const issuer = 'http://localhost:3900'
    const message = await agent.sign(
      `${issuer}/notes`,
      {},
      { token: await agent.authToken({ scope: 'notes.read', aud: issuer }) },
    )
    expect((await steps(message, { ...config, issuer })).outcome).toBe('accepted')
  })
})

describe('aauth verify of a request that is not accepted', () => {
  it('says what the agent is told and which step failed, and reaches no further', async () => {
    const { code, out } = await verify(await signed(reading), {
      ...config,
      requirement: { scope: 'notes.write' },
    })
    expect(code).toBe(1)
    expect(out).toContain('challenged: GET /notes\n')
    expect(out).toContain(
      'The agent is told: 401 auth_token_required. Sign the request with an auth token that grants this access.',
    )
    expect(out).toMatch(/^ {2}failed {2}requirement {10}an auth token is needed$/m)
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

  it('says which keys the configuration does not have', async () => {
    const { outcome, code, failed } = await steps(await signed(reading), { ...config, keys: {} })
    expect([outcome, code, failed?.name, failed?.text]).toEqual([
      'failed',
      'server_error',
      'keys of the issuer',
      'https://ps.example has no keys in the configuration: add them to "keys"',
    ])
  })

  it('escapes what the token says', async () => {
    const { out } = await verify(await signed(await auth({ iss: 'https://x.example\u001b[31m\u202e' })))
    expect(out).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u)
  })
})

describe('the configuration of aauth verify', () => {
  it('may name files with keys beside it', async () => {
    const folder = temporaryFolder()
    const { keys } = config.keys['https://ps.example' as never] as { keys: unknown[] }
    const [request, list, one, file] = ['request', 'list.json', 'one.json', 'config.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string]
    writeFileSync(request, asHttp(await signed(reading)))
    writeFileSync(list, JSON.stringify(keys))
    writeFileSync(one, JSON.stringify(keys[0]))
    for (const path of ['list.json', './one.json', one]) {
      writeFileSync(file, JSON.stringify({ ...config, keys: { 'https://ps.example': path } }))
      expect((await aauth(['verify', request, '--config', file])).code).toBe(0)
    }
  })

  it('may be a module, whose functions are used', async () => {
    const folder = temporaryFolder()
    const [request, file] = [join(folder, 'request'), join(folder, 'config.mjs')]
    writeFileSync(request, asHttp(await signed(reading)))
    writeFileSync(
      file,
      `const config = ${JSON.stringify(config)}
      const trust = { personServers: (issuer) => issuer === 'https://ps.example' }
      export default { ...config, trust, requirement: { scope: 'notes.read', check: (auth) => auth.sub === 'nobody' } }`,
    )
    const { code, out } = await aauth(['verify', request, '--config', file])
    expect(code).toBe(1)
    expect(out).toContain('The agent is told: 403 access_denied.')
  })

  it('leaves out what reaches outside, and says so', async () => {
    const { code, err } = await verify(await signed(reading), {
      ...config,
      stores: {},
      missions: {},
      signingKey: {},
      onDecision: 1,
    })
    expect([code, err]).toEqual([0, 'Left out, since they reach outside of this process: stores, missions.'])
  })

  it('may hold documents of issuers, which then decide', async () => {
    const documents = {
      'https://ps.example/.well-known/aauth-person.json': {
        issuer: 'https://ps.example',
        jwks_uri: 'https://ps.example/.well-known/jwks.json',
        token_endpoint: 'https://ps.example/token',
      },
    }
    const { code } = await steps(await signed(await agent.agentToken()), { ...config, documents })
    expect(code).toBe('auth_token_required')
  })

  it.each([
    [
      { ...config, scope: {} },
      '--config: "scope" is not an option of createResource: did you mean "scopes"?',
    ],
    [{ ...config, issuer: undefined }, '--config: "issuer" is undefined'],
    [{ ...config, requirement: { scope: 'x' } }, '--config: '],
    [{ ...config, keys: { 'https://ps.example': 'none.json' } }, '"keys" of "https://ps.example" names'],
    [{ ...config, keys: { 'https://ps.example': 1 } }, '"keys" of "https://ps.example" is not an object'],
    [{ ...config, keys: [] }, '"keys" is not an object'],
    [[], '--config is not an object'],
  ])('%j is not done as written', async (given, error) => {
    const { code, out, err } = await verify(await signed(reading), given)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(error)])
  })

  it.each([
    ['config.json', '{', 'which is not JSON'],
    ['config.mjs', 'export default 1', 'the default export of --config is not an object'],
    ['config.mjs', 'throw new Error("no \u001b[31m")', 'cannot be loaded: Error: no \\u{1b}[31m'],
  ])('%s with %j is not done as written', async (name, content, error) => {
    const file = join(temporaryFolder(), name)
    writeFileSync(file, content)
    const { code, err } = await aauth(['verify', '-', '--config', file], asHttp(await signed(reading)))
    expect([code, err]).toEqual([2, expect.stringContaining(error)])
  })
})

describe('of several recorded requests', () => {
  it('the only one that is signed is decided', async () => {
    expect((await steps(asHar(await signed(reading), '2026-09-21T14:13:20Z'))).outcome).toBe('accepted')
  })

  it('one is chosen with --entry', async () => {
    const [get, other] = [asJson(await signed(reading)), asJson(await signed(await agent.agentToken()))]
    const { code, err } = await verify(`[${get},${other}]`)
    expect([code, err]).toEqual([
      2,
      'aauth: 2 requests were recorded, and 2 of them are signed: choose one with --entry\n  1  GET /notes\n  2  GET /notes',
    ])
    const found = [
      await steps(`[${get},${other}]`, config, '--entry', '1'),
      await steps(`[${get},${other}]`, config, '--entry', '2'),
    ]
    expect(found.map(({ outcome }) => outcome)).toEqual(['accepted', 'challenged'])
  })

  it.each(['0', '3', 'x'])('--entry %s is not done as written', async (entry) => {
    const one = asJson(await signed(reading))
    expect((await verify(`[${one},${one}]`, config, '--entry', entry)).err).toContain(
      `--entry "${entry}" is not there: write 1 to 2`,
    )
  })
})

it.each([
  [['-'], '--config is missing'],
  [['--config', '/nowhere.json'], '--config names "/nowhere.json", which cannot be read (ENOENT)'],
])('aauth verify %j is not done as written', async (args, error) => {
  const { code, err } = await aauth(['verify', ...args])
  expect([code, err]).toEqual([2, expect.stringContaining(error)])
})

it('takes a time that is written, and refuses what is none', async () => {
  const at = async (time: string) =>
    (await verify(await signed(reading), config, '--at', time)).out.split('\n')[1]
  expect(await at('1790000010')).toBe('Decided as of 2026-09-21T14:13:30Z, by --at.')
  expect(await at('2026-09-21T14:13:30Z')).toBe('Decided as of 2026-09-21T14:13:30Z, by --at.')
  expect((await verify(await signed(reading), config, '--at', 'noon')).err).toContain(
    '--at "noon" is not a time',
  )
})
