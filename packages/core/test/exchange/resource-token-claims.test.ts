import { verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { corruptToken, makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeScene, verdict } from './scene.ts'

type Claims = Readonly<Record<string, unknown>>
const invalid = 'invalid_resource_token'
const page = 'https://notes.example/agents'
const code = 'A1B2C3D4'

const both: readonly (readonly [fault: string, claims: Claims, code: string])[] = [
  ['of another document', { dwk: 'aauth-agent.json' }, invalid],
  ['of no issuer', { iss: undefined }, invalid],
  ['of an issuer with a path', { iss: 'https://notes.example/' }, invalid],
  ['for nobody', { aud: undefined }, invalid],
  ['for several', { aud: ['https://ps.example', 'https://other.example'] }, invalid],
  ['for a list of nobody', { aud: [] }, invalid],
  ['without jti', { jti: undefined }, invalid],
  ['without iat', { iat: undefined }, invalid],
  ['without exp', { exp: undefined }, invalid],
  ['whose exp is no integer', { exp: now + 0.5 }, invalid],
  ['that expires this second', { exp: now }, 'expired_resource_token'],
  ['made 61 s ahead', { iat: now + 61 }, 'clock_skew'],
  ['that is not valid yet', { nbf: now + 1 }, invalid],
  ['without agent_jkt', { agent_jkt: undefined }, invalid],
  ['whose agent_jkt is not a thumbprint', { agent_jkt: 'short' }, invalid],
  ['with a key of its own', { cnf: {} }, invalid],
  ['whose scope is a list', { scope: ['notes.read'] }, invalid],
  ['whose account is empty', { account: '' }, invalid],
  ['whose login_hint is empty', { login_hint: '' }, invalid],
  ['whose login_hint has 513 characters', { login_hint: 'x'.repeat(513) }, invalid],
  ['whose login_hint is a number', { login_hint: 7 }, invalid],
  ['whose interaction is a text', { interaction: 'https://notes.example/agents' }, invalid],
  ['whose interaction is null', { interaction: null }, invalid],
  ['whose interaction has no code', { interaction: { url: page } }, invalid],
  ['whose interaction has no url', { interaction: { code } }, invalid],
  ...[
    'http://notes.example/agents',
    'http://127.0.0.1:3000/agents',
    'javascript:alert(1)',
    `${page}?a=b`,
    `${page}#a`,
    `${page}?`,
    `${page}#`,
  ].map((url): [string, Claims, string] => [`that leads to ${url}`, { interaction: { url, code } }, invalid]),
  [
    'that leads to an address with a user',
    { interaction: { url: 'https://a@notes.example/', code } },
    invalid,
  ],
  ['that leads to a long address', { interaction: { url: `${page}/${'x'.repeat(1024)}`, code } }, invalid],
  [
    'that leads to an address in another spelling',
    { interaction: { url: 'https://notes.example/a/../b', code } },
    invalid,
  ],
  ...[
    'A1B2C3D',
    'A1B2-C3D',
    'A1B2C3DI',
    'A1B2C3DU',
    'a1b2c3d4',
    'A1B2 C3D4',
    'A'.repeat(33),
    '-'.repeat(57) + code,
    7,
  ].map((wrong): [string, Claims, string] => [
    `with the code ${wrong}`,
    { interaction: { url: page, code: wrong } },
    invalid,
  ]),
  ['whose account holds a control character', { account: 'a\nb' }, invalid],
]

describe('the claims of a resource token of draft 11', () => {
  it.each([
    ...both,
    [
      'of no generation',
      { ps: undefined, sub: undefined, presented_jti: undefined, mission_s256: undefined, tenant: undefined },
      invalid,
    ],
    ['of both generations, by its agent', { agent: 'aauth:planner@agent.example' }, invalid],
    [
      'of both generations, by its mission',
      { mission: { approver: 'https://ps.example', s256: mission } },
      invalid,
    ],
    ['without ps', { ps: undefined }, invalid],
    ['whose ps is not a server identifier', { ps: 'ps.example' }, invalid],
    ['without sub', { sub: undefined }, invalid],
    ['whose sub is empty', { sub: '' }, invalid],
    ['without presented_jti', { presented_jti: undefined }, invalid],
    ['whose presented_jti is a number', { presented_jti: 7 }, invalid],
    ['whose mission is not a digest', { mission_s256: 'short' }, invalid],
    ['whose tenant is a number', { tenant: 7 }, invalid],
  ] as const)('are refused %s, before anything is fetched', async (_, claims, code) => {
    const { resourceToken, atPersonServer, net } = await makeScene()
    const checked = verifyResourceToken(await resourceToken({ claims }), atPersonServer())
    expect([await verdict(checked), net.fetches]).toEqual([code, []])
  })

  it.each(['A1B2C3D4', 'A1B2-C3D4', 'A1B2-C3D4-E5F6', 'Z'.repeat(32)])(
    'may lead the person to a page with the code %s, and hint at who it is [RT-13, R11-167, R11-168]',
    async (code) => {
      const { resourceToken, olderResourceToken, atPersonServer } = await makeScene()
      const claims = { interaction: { url: page, code, more: 1 }, login_hint: 'alice@notes.example' }
      for (const token of [await resourceToken({ claims }), await olderResourceToken({ claims })])
        expect(await verifyResourceToken(token, atPersonServer())).toMatchObject({
          interaction: { url: page, code },
          loginHint: 'alice@notes.example',
        })
      const plain = await verifyResourceToken(await resourceToken(), atPersonServer())
      expect([plain.interaction, plain.loginHint]).toEqual([undefined, undefined])
    },
  )

  it('may name the audience as a list of one', async () => {
    const { resourceToken, olderResourceToken, atPersonServer } = await makeScene()
    const claims = { aud: ['https://ps.example'] }
    for (const token of [await resourceToken({ claims }), await olderResourceToken({ claims })])
      expect(await verifyResourceToken(token, atPersonServer())).toMatchObject({ aud: 'https://ps.example' })
  })

  it('may be issued up to 60 s ahead of the clock', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const token = await resourceToken({ claims: { iat: now + 60 } })
    expect((await verifyResourceToken(token, atPersonServer())).iat).toBe(now + 60)
  })
})

describe('the claims of a resource token of drafts 01 to 10', () => {
  it.each([
    ...both,
    ['without agent', { agent: undefined }, invalid],
    ['whose agent is not an agent identifier', { agent: 'planner' }, invalid],
    ['of both generations, by its presented_jti', { presented_jti: 'presented' }, invalid],
    ['of both generations, by its sub', { sub: 'person-1' }, invalid],
    ['of both generations, by its ps', { ps: 'https://ps.example' }, invalid],
    ['of both generations, by its mission_s256', { mission_s256: mission }, invalid],
    ['of both generations, by its tenant', { tenant: 'corp' }, invalid],
    ['whose mission has no approver', { mission: { s256: mission } }, invalid],
  ] as const)('are refused %s, before anything is fetched', async (_, claims, code) => {
    const { olderResourceToken, atPersonServer, net } = await makeScene()
    const checked = verifyResourceToken(await olderResourceToken({ claims }), atPersonServer())
    expect([await verdict(checked), net.fetches]).toEqual([code, []])
  })
})

describe('verifyResourceToken', () => {
  it('refuses a resource token that another key signed', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const token = await resourceToken({ key: await makeKey('other', 'key-1', 'Ed25519') })
    expect(await verdict(verifyResourceToken(token, atPersonServer()))).toBe(invalid)
  })

  it('refuses a resource token whose key the resource does not publish', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    expect(
      await verdict(verifyResourceToken(await resourceToken({ header: { kid: 'key-9' } }), atPersonServer())),
    ).toBe(invalid)
  })

  it('refuses a resource token whose claims were changed', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const token = corruptToken(await resourceToken(), 'changed-claim')
    expect(await verdict(verifyResourceToken(token, atPersonServer()))).toBe(invalid)
  })

  it.each(['aa-auth+jwt', 'resource+jwt', 'JWT'])('refuses a resource token of the type %s', async (typ) => {
    const { resourceToken, atPersonServer } = await makeScene()
    expect(
      await verdict(verifyResourceToken(await resourceToken({ header: { typ } }), atPersonServer())),
    ).toBe(invalid)
  })

  it('accepts alg EdDSA in drafts 01 to 10 and not in draft 11', async () => {
    const { resourceToken, olderResourceToken, atPersonServer } = await makeScene()
    const header = { alg: 'EdDSA' }
    expect([
      await verdict(verifyResourceToken(await olderResourceToken({ header }), atPersonServer())),
      await verdict(verifyResourceToken(await resourceToken({ header }), atPersonServer())),
    ]).toEqual(['accepted', invalid])
  })

  it.each([
    ['person-token', 'olderResourceToken'],
    ['mission-header', 'resourceToken'],
  ] as const)('refuses the other generation when only %s is served', async (generation, other) => {
    const scene = await makeScene({ generations: [generation] })
    expect(await verdict(verifyResourceToken(await scene[other](), scene.atPersonServer()))).toBe(invalid)
  })

  it('rejects with server_error while the keys of the resource are unavailable', async () => {
    const { resource, resourceToken, atPersonServer } = await makeScene()
    resource.misbehave('server-error')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe('server_error')
  })
})
