import type { PersonAuth } from '@aauth-guard/core'
import { s256 as digest } from '@aauth-guard/fixtures/missions'
import { personRoute as requirement } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

type Claims = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, claims: Claims]

const world = await makeWorld()
const { agent, net } = world
const accept = async (claims: Claims): Promise<PersonAuth> =>
  (await world.call(await agent.personToken({ claims }), { requirement })) as PersonAuth

const faults: readonly Fault[] = [
  ['no sub', '[PERS-3, R11-052, G14]', { sub: undefined }],
  ['an empty sub', '[PERS-3, R11-052, G14]', { sub: '' }],
  ['a sub that is a number', '[PERS-3, R11-052, G14]', { sub: 7 }],
  ['a sub in an array', '[PERS-3, R11-052, G14]', { sub: ['person-1'] }],
  ['a sub of 513 characters', '[PERS-3, G14]', { sub: 's'.repeat(513) }],
  ['a NUL in sub', '[PERS-3, G14]', { sub: 'person\0-1' }],
  ['a scope', '[PERS-5, R11-053, G22]', { scope: 'admin' }],
  ['an empty scope', '[PERS-5, R11-053, G22]', { scope: '' }],
  ['a scope that is null', '[PERS-5, R11-053, G22]', { scope: null }],
  ['an account', '[PERS-5, R11-053, G22]', { account: 'a1' }],
  ['an agent', '[PERS-6, JWT-20]', { agent: 'aauth:planner@agent.example' }],
  ['an actor', '[PERS-6, JWT-20]', { act: { agent: 'aauth:planner@agent.example' } }],
  [
    'a mission of the other generation',
    '[PERS-6, JWT-20]',
    { mission: { approver: 'https://ps.example', s256: digest } },
  ],
  ['a ps that is not its issuer', '[PERS-6]', { ps: 'https://other.example' }],
  ['a ps that is null', '[PERS-6]', { ps: null }],
  ['a mission digest of 42 characters', '[PERS-11, R11-012]', { mission_s256: digest.slice(1) }],
  ['a padded mission digest', '[PERS-11, R11-012]', { mission_s256: `${digest}=` }],
  [
    'a mission digest in the standard alphabet',
    '[PERS-11, R11-012]',
    { mission_s256: digest.replace('-', '+').replace('_', '/') },
  ],
  [
    'a second spelling of a mission digest',
    '[PERS-11, R11-012]',
    { mission_s256: `${digest.slice(0, -1)}l` },
  ],
  ['a mission digest that is null', '[PERS-11, R11-012]', { mission_s256: null }],
  ['a tenant that is a number', '[R11-056]', { tenant: 5 }],
  ['an empty tenant', '[R11-056]', { tenant: '' }],
  ['a tenant of 513 characters', '[R11-056]', { tenant: 't'.repeat(513) }],
]

describe('a person token', () => {
  it.each(faults)('is refused with %s before any fetch %s', async (_fault, _ids, claims) => {
    const fetched = net.fetches.length
    const refusal = await world.refusal(await agent.personToken({ claims }), { requirement })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toHaveLength(fetched)
  })

  it('identifies the person and grants nothing [PERS-3, PERS-8, R11-054, R11-055, R11-057]', async () => {
    const auth = await accept({})
    expect(auth).toMatchObject({
      type: 'person-token',
      generation: 'person-token',
      ps: 'https://ps.example',
      sub: 'person-1',
      scopes: [],
      account: null,
      tenant: null,
    })
    expect(Object.keys(auth)).not.toContain('agent')
    expect(Object.keys(auth)).not.toContain('class')
    expect(Object.keys(auth)).not.toContain('mission')
  })

  it('may have a sub of 512 characters in any alphabet [PERS-3]', async () => {
    const sub = 'ß'.repeat(512)
    expect((await accept({ sub })).sub).toBe(sub)
  })

  it('may name its issuer again as ps [PERS-6]', async () => {
    expect((await accept({ ps: 'https://ps.example' })).ps).toBe('https://ps.example')
  })

  it('has a mission of the person server that issued it [PERS-11, MISS-12, R11-071]', async () => {
    const { mission } = await accept({ mission_s256: digest })
    expect(mission).toEqual({ approver: 'https://ps.example', s256: digest })
  })

  it('identifies the same person in every tenant [PERS-9, R11-056]', async () => {
    const { ps, sub, tenant } = await accept({ tenant: 't1' })
    expect({ ps, sub, tenant }).toEqual({ ps: 'https://ps.example', sub: 'person-1', tenant: 't1' })
  })

  it('identifies another person at another person server with the same sub [PERS-4, R11-054, G14]', async () => {
    const elsewhere = await net.issuer('person-server', 'https://ps2.example')
    const there = await world.call(await elsewhere.personToken(agent), { requirement })
    expect({ ps: there.ps, sub: there.sub }).toEqual({ ps: 'https://ps2.example', sub: 'person-1' })
  })
})
