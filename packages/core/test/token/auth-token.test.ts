import type { PersonTokenAuth } from '@aauth-guard/core'
import { s256 as digest } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { missionHeaderAuthToken } from './mint.ts'

type Claims = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, claims: Claims]

const world = await makeWorld({ accessServer: 'https://as.example', acceptPersonServerTokens: true })
const { agent, net } = world
const accept = async (claims: Claims, issuer = net.personServer): Promise<PersonTokenAuth> =>
  (await world.call(await agent.authToken({ scope: 'access', claims }, issuer))) as PersonTokenAuth

const faults: readonly Fault[] = [
  ['no sub', '[AUTH-7, R11-061, G14]', { sub: undefined }],
  ['an empty sub', '[AUTH-7, R11-061, G14]', { sub: '' }],
  ['a sub that is a number', '[AUTH-7, R11-061, G14]', { sub: 7 }],
  [
    'a sub behind __proto__',
    '[AUTH-7, R11-061, G24]',
    { sub: undefined, ...JSON.parse('{"__proto__":{"sub":"x"}}') },
  ],
  ['no ps', '[AUTH-7, R11-065, G13]', { ps: undefined }],
  ['ps with a slash', '[AUTH-7, R11-065, G13]', { ps: 'https://ps.example/' }],
  ['ps null', '[AUTH-7, R11-065, G13]', { ps: null }],
  [
    'a ps that is not the person server that signed',
    '[AUTH-7, R11-065, MISS-6, G13]',
    { ps: 'https://other.example' },
  ],
  ['a mission digest with padding', '[R11-012]', { mission_s256: `${digest}=` }],
  ['a mission digest that is null', '[R11-012]', { mission_s256: null }],
  ['a claim of resource tokens', '[JWT-20]', { presented_jti: 'p1' }],
]

/** Claims that no auth token may have, whatever its generation. */
const grants: readonly Fault[] = [
  ['a list', '[G20]', { scope: ['access'] }],
  ['a number', '[G20]', { scope: 1 }],
  ['null', '[G20]', { scope: null }],
  ['empty', '[G20]', { scope: '' }],
  ['separated by a tab', '[G20]', { scope: 'access\tadmin' }],
  ['separated by a no-break space', '[G20]', { scope: 'access\u00a0admin' }],
  ['separated by a line feed', '[G20]', { scope: 'access\nadmin' }],
  ['separated by two spaces', '[G20]', { scope: 'access  admin' }],
  ['with a space before', '[G20]', { scope: ' access' }],
  ['with a space behind', '[G20]', { scope: 'access ' }],
  ['with a quote', '[G20]', { scope: 'access"' }],
  ['with a backslash', '[G20]', { scope: 'acc\\ess' }],
  ['longer than 2048', '[G20]', { scope: 's'.repeat(2049) }],
  [
    'of more than 64 values',
    '[G20]',
    { scope: Array.from({ length: 65 }, (_, index) => `s${index}`).join(' ') },
  ],
]
const bounds: readonly Fault[] = [
  ['account that is a number', '[G21]', { account: 1 }],
  ['account in an array', '[G21]', { account: ['a1'] }],
  ['an empty account', '[G21]', { account: '' }],
  ['an account of 513 characters', '[G21]', { account: 'a'.repeat(513) }],
  ['a tenant that is a number', '[G16]', { tenant: 1 }],
]

describe('an auth token of draft 11', () => {
  it.each([...faults, ...bounds])('is refused with %s before any fetch %s', async (_fault, _ids, claims) => {
    const fetched = net.fetches.length
    const refusal = await world.refusal(await agent.authToken({ scope: 'access', claims }))
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toHaveLength(fetched)
  })

  it.each([['https://ps.example/'], ['http://ps.example'], ['https://10.0.0.1'], [['https://ps.example']]])(
    'of an access server is refused with ps %j [AUTH-7, R11-065, G13]',
    async (ps) => {
      const token = await agent.authToken({ scope: 'access', claims: { ps } }, net.accessServer)
      expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )

  it.each(grants)('is refused with a scope that is %s %s', async (_fault, _ids, claims) => {
    expect((await world.refusal(await agent.authToken({ claims }))).code).toBe('invalid_jwt')
  })

  it('identifies the person and the granted scopes [AUTH-7, R11-065]', async () => {
    const auth = await accept({ account: 'a1', tenant: 't1', mission_s256: digest })
    expect(auth).toMatchObject({
      type: 'auth-token',
      generation: 'person-token',
      iss: 'https://ps.example',
      ps: 'https://ps.example',
      sub: 'person-1',
      scopes: ['access'],
      account: 'a1',
      tenant: 't1',
      mission: { approver: 'https://ps.example', s256: digest },
    })
    expect(Object.keys(auth)).not.toContain('agent')
    expect(Object.keys(auth)).not.toContain('class')
  })

  it('has person and mission of ps, not of the access server that signed it [AUTH-9, R11-062, MISS-12]', async () => {
    const auth = await accept({ ps: 'https://ps2.example', mission_s256: digest }, net.accessServer)
    expect(auth).toMatchObject({
      iss: 'https://as.example',
      ps: 'https://ps2.example',
      mission: { approver: 'https://ps2.example', s256: digest },
    })
  })

  it('yields each scope once, in order [G20]', async () => {
    expect((await accept({ scope: 'access b access a b' })).scopes).toEqual(['access', 'b', 'a'])
  })

  it('may have 64 scopes and 2048 characters [G20]', async () => {
    const scopes = ['access', ...Array.from({ length: 63 }, (_, index) => `s${index}`)]
    expect((await accept({ scope: scopes.join(' ') })).scopes).toEqual(scopes)
    const long = `access ${'s'.repeat(2041)}`
    expect((await accept({ scope: long })).scopes).toEqual(long.split(' '))
  })

  it('grants no scope that merely starts like the one it has [G20, R11-067]', async () => {
    const api = await makeWorld({ scopes: { 'data.read': 'Read', 'data.readonly': 'Look' } })
    const token = await api.agent.authToken({ scope: 'data.readonly' })
    const refusal = await api.refusal(token, { requirement: { scope: 'data.read' } })
    expect(refusal).toMatchObject({ code: 'auth_token_required', status: 401 })
  })
})

describe('an auth token of drafts 01 to 10', () => {
  const { mint } = missionHeaderAuthToken
  it.each(bounds)('is refused with %s %s', async (_fault, _ids, claims) => {
    expect((await world.refusal(await mint(agent, { claims }))).code).toBe('invalid_jwt')
  })

  it.each(grants)('is refused with a scope that is %s %s', async (_fault, _ids, claims) => {
    expect((await world.refusal(await mint(agent, { claims }))).code).toBe('invalid_jwt')
  })
})
