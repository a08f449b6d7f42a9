import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { signingKey as ed25519 } from '@aauth-guard/fixtures/keys'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const base: ResourceOptions = { issuer: 'https://notes.example', trust: 'any' }
const { d, x } = ed25519
const es256 = { kty: 'EC', crv: 'P-256', alg: 'ES256', kid: 'rs-1', d, x, y: x }
const without = (key: object, name: string): object =>
  Object.fromEntries(Object.entries(key).filter(([member]) => member !== name))

type Row = readonly [name: string, value: unknown]

const wrong: readonly Row[] = [
  ...[
    'notes.example',
    'http://notes.example',
    'https://notes.example/',
    'https://notes.example/api',
    'https://notes.example?x',
    'https://notes.example#x',
    'https://notes.example:8443',
    'https://Notes.example',
    'HTTPS://notes.example',
    'https://user@notes.example',
    'https://127.0.0.1',
    'https://localhost',
    'https://nötes.example',
    'https://notes.example.',
    '',
    7,
    undefined,
    ['https://notes.example'],
  ].map((value): Row => ['issuer', value]),
  ...[
    undefined,
    null,
    'everybody',
    'ANY',
    7,
    { role: 'any' },
    { agentProviders: 'https://agent.example' },
  ].map((value): Row => ['trust', value]),
  ['trust', { accessServers: 'any' }],
  ['trust', { personServers: ['https://ps.example/'] }],
  ['trust', { personServers: [undefined] }],
  ['trust', { agentProviders: 7 }],
  ...[
    [],
    ['Notes.example'],
    ['notes.example', 'Notes.example'],
    ['https://notes.example'],
    ['notes.example/x'],
    [''],
    ['notes.example:0'],
    ['a b'],
  ].map((value): Row => ['authorities', value]),
  ['scopes', { 'two words': 'x' }],
  ['scopes', { '': 'x' }],
  ['scopes', { 'quote"': 'x' }],
  ['scopes', { ['x'.repeat(257)]: 'x' }],
  ['scopes', { read: 7 }],
  ['scopes', { read: undefined }],
  ['defaultScope', 'undescribed'],
  ['defaultScope', ''],
  ['accessServer', 'https://as.example/'],
  ['accessServer', 'as.example'],
  ['accessServer', 'any'],
  ['accessServer', true],
  ['acceptPersonServerTokens', 'yes'],
  ['acceptPersonServerTokens', 1],
  ['cors', 'yes'],
  ['ed25519', 'openssl'],
  ['ed25519', 'sodium'],
  ['ed25519', true],
  ['strippedPrefix', '/api/'],
  ['generations', []],
  ['generations', ['person-token', 'agent-token']],
  ['generations', 'person-token'],
  ['generations', ['all']],
  ...['alg', 'kty', 'crv', 'kid', 'd', 'x'].map((name): Row => ['signingKey', without(ed25519, name)]),
  ['signingKey', without(es256, 'y')],
  ['signingKey', { ...ed25519, alg: 'EdDSA' }],
  ['signingKey', { ...ed25519, alg: 'ES256' }],
  ['signingKey', { ...ed25519, crv: 'Ed448' }],
  ['signingKey', { ...es256, crv: 'P-384' }],
  ['signingKey', { ...ed25519, kid: '' }],
  ['signingKey', { ...ed25519, kid: 7 }],
  ['signingKey', { ...ed25519, d: `${d}=` }],
  ['signingKey', { ...ed25519, d: d.slice(1) }],
  ...[0, -1, 0.5, 301, 86_400, Number.NaN, Number.POSITIVE_INFINITY, '60'].map(
    (value): Row => ['signatureWindow', value],
  ),
  ['additionalSignatureComponents', ['@status']],
  ['additionalSignatureComponents', ['query']],
  ['claims', 'groups'],
  ['claims', ['sub']],
  ['claims', ['']],
  ['claims', [7]],
  ['additionalSignatureComponents', 'content-digest'],
  ['replay', 'none'],
  ['replay', true],
  ...[0, -1, 1.5, '86400', Number.POSITIVE_INFINITY].map((value): Row => ['maxAgentTokenLifetime', value]),
  ['fetch', 'fetch'],
  ['fetch', null],
  ['now', 1_790_000_000],
  ['onDecision', {}],
  ['onEvent', 7],
  ['recorder', 'audit.log'],
  ['observe', { personHashKey: 'secret' }],
  ['observe', { personHashKey: new Uint8Array(16) }],
  ['observe', { rawPersons: 'yes' }],
  ['metadata', { issuer: 'https://other.example' }],
  ['metadata', { jwks_uri: 'https://notes.example/keys' }],
  ['metadata', { login_endpoint: 'https://notes.example/login' }],
  ['metadata', { revocation_endpoint: 'https://notes.example/revoke' }],
  ['metadata', { name: 7 }],
  ['metadata', { logo_uri: 'http://notes.example/logo' }],
  ['metadata', { tos_uri: 'javascript:alert(1)' }],
  ['metadata', { policy_uri: 'https://notes.example/a b' }],
  ...Object.entries({
    fetchDeadline: 10_001,
    verifiedTokens: 50_001,
    unlistedIssuers: 10_001,
    replays: 1_000_001,
    replaysPerKey: 1_000_001,
  }).flatMap(([name, over]): Row[] =>
    [0, 1.5, Number.NaN, over, '5'].map((value) => ['limits', { [name]: value }]),
  ),
  ['limits', { replay: 5 }],
]

describe('a wrong option', () => {
  it.each(wrong)(
    '%s: %j is refused at start, and the error names it [R11-001, R11-122, R11-279, META-6, C11, E26, M08]',
    (name, value) => {
      const make = (): unknown => createResource({ ...base, [name]: value })
      expect(make).toThrow(TypeError)
      expect(make).toThrow(new RegExp(`"${name}`))
    },
  )

  it.each(['clock', 'window', '__proto__x', 'constructor', 'toString', 'x'.repeat(200)])(
    '%s is refused, because there is no option of that name',
    (name) => {
      expect(() => createResource({ ...base, [name]: 'x' })).toThrow(
        /^"[A-Za-z_]+…?" is not an option of createResource: use one of issuer, trust, /,
      )
    },
  )

  it.each([
    ['createResource', { scope: {} }, 'scopes'],
    ['createResource', { signingkey: ed25519 }, 'signingKey'],
    ['createResource', { authorites: [] }, 'authorities'],
    ['"limits"', { limits: { tombstone: 1 } }, 'tombstones'],
    ['"stores"', { stores: { replay: {} } }, 'replays'],
  ])(
    'of %s with a misspelt name is refused, and the error names the right one: %j',
    (whose, options, meant) => {
      expect(() => createResource({ ...base, ...options } as never)).toThrow(
        new RegExp(`" is not an option of ${whose}: did you mean "${meant}"\\?$`),
      )
    },
  )

  it.each([
    ['signingKey', { signingKey: undefined }],
    ['accessServer', { accessServer: undefined }],
    ['now', { now: undefined }],
    ['replays', { limits: { replays: undefined } }],
    ['tombstones', { stores: { tombstones: undefined } }],
  ])('is refused when "%s" is undefined, as for a variable that is not set', (name, options) => {
    expect(() => createResource({ ...base, ...options } as never)).toThrow(
      new RegExp(`^"${name}" of .+ is undefined: leave it out for the default, or give it a value$`),
    )
  })

  it.each([undefined, null, 7, 'https://notes.example'])('is refused when all options are %j', (options) => {
    expect(() => createResource(options as never)).toThrow(TypeError)
  })
})

describe('a correct option', () => {
  it.each<Row>([
    ['trust', {}],
    ['trust', { accessServers: ['https://as.example'] }],
    ['trust', { agentProviders: () => true, personServers: [], accessServers: () => false }],
    ['authorities', ['notes.example', 'api.notes.example:8443', '127.0.0.1:3000', 'localhost:3000']],
    ['scopes', {}],
    ['signatureWindow', 1],
    ['signatureWindow', 300],
    ['signingKey', ed25519],
    ['signingKey', es256],
    ['generations', ['person-token']],
    ['replay', 'off'],
    ['maxAgentTokenLifetime', 3600],
    ['metadata', { name: 'Notes', description: '', logo_uri: 'https://notes.example/logo.svg' }],
    ['limits', { fetchDeadline: 1, replays: 1_000_000 }],
  ])('%s: %j is accepted', (name, value) => {
    expect(createResource({ ...base, [name]: value }).issuer).toBe('https://notes.example')
  })

  it('is read once: changing the object later changes nothing', async () => {
    const generations: ('mission-header' | 'person-token')[] = ['person-token']
    const trust = { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] }
    const { agent, call, refusal } = await makeWorld({ generations, trust })
    generations.push('mission-header')
    const older = await agent.authToken({ scope: 'access', generation: 'mission-header' })
    expect((await refusal(older)).code).toBe('invalid_jwt')
    Object.assign(trust, { personServers: [] })
    expect((await call(await agent.authToken({ scope: 'access' }))).type).toBe('auth-token')
  })

  it('is copied: adding to a list of trust later has no effect', async () => {
    const personServers = ['https://other.example']
    const { agent, refusal } = await makeWorld({ trust: { personServers } })
    personServers.push('https://ps.example')
    expect((await refusal(await agent.authToken({ scope: 'access' }))).code).toBe('invalid_jwt')
  })
})

describe('the clock', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, '1790000000x', undefined])(
    'that returns %s makes requests fail instead of being accepted [C11]',
    async (time) => {
      const { agent, refusal } = await makeWorld({ now: () => time as number })
      const refused = await refusal(await agent.authToken({ scope: 'access' }))
      expect([refused.status, refused.code]).toEqual([503, 'server_error'])
    },
  )

  it('that returns milliseconds is refused at start, with the remedy [C11]', async () => {
    await expect(makeWorld({ now: () => 1_790_000_000_000 })).rejects.toThrow(
      new TypeError('"now" returned 1790000000000, which is not in seconds: divide Date.now() by 1000'),
    )
  })

  it('that throws at start and returns milliseconds later makes requests fail [C11]', async () => {
    let time: number | undefined
    const now = (): number => {
      if (time === undefined) throw new Error('not yet')
      return time
    }
    const { agent, refusal } = await makeWorld({ now })
    time = 1_790_000_000_000
    const refused = await refusal(await agent.authToken({ scope: 'access' }))
    expect([refused.code, refused.hint]).toEqual([
      'server_error',
      'Error: "now" returned 1790000000000, which is not in seconds: divide Date.now() by 1000',
    ])
  })

  it('may return fractions, which are cut off [SIG-18]', async () => {
    const { agent, call } = await makeWorld({ now: () => 1_790_000_060.9 })
    expect((await call(await agent.authToken({ scope: 'access' }))).type).toBe('auth-token')
  })
})
