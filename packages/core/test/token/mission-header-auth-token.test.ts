import type { MissionHeaderAuth } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

type Claims = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, claims: Claims]

const world = await makeWorld({
  trust: listed,
  accessServer: 'https://as.example',
  acceptPersonServerTokens: true,
})
const { agent, net } = world
const generation = 'mission-header'
const planner = 'aauth:planner@agent.example'
const upstream = 'aauth:upstream@other.example'
const approver = 'https://ps.example'
const accept = async (
  claims: Claims,
  issuer = net.personServer,
  grant: Grant = {},
): Promise<MissionHeaderAuth> => {
  const token = await agent.authToken({ scope: 'access', ...grant, generation, claims }, issuer)
  return (await world.call(token)) as MissionHeaderAuth
}
/** A chain of `length` actors. */
const chain = (length: number): object =>
  length === 1 ? { agent: upstream } : { agent: upstream, act: chain(length - 1) }

const faults: readonly Fault[] = [
  ['an agent without scheme', '[AUTH-3]', { agent: 'planner@agent.example' }],
  ['an agent that is not a string', '[AUTH-3]', { agent: [planner] }],
  ['an agent that is null', '[AUTH-3]', { agent: null }],
  ['neither sub nor scope', '[AUTH-6]', { sub: undefined, scope: undefined }],
  ['an empty sub', '[AUTH-6, G14]', { sub: '' }],
  ['a sub that is a number', '[AUTH-6, G14]', { sub: 7 }],
  ['act that is null', '[AUTH-5]', { act: null }],
  ['act in an array', '[AUTH-5]', { act: [{ agent: upstream }] }],
  ['act that is text', '[AUTH-5]', { act: upstream }],
  ['an empty act', '[AUTH-5]', { act: {} }],
  ['sub and agent in one actor', '[AUTH-5]', { act: { sub: planner, agent: planner } }],
  ['act.sub that is not the agent', '[AUTH-5]', { act: { sub: upstream } }],
  ['act.sub that is a person', '[AUTH-5]', { act: { sub: 'person-1' } }],
  ['act.agent that is not an agent', '[AUTH-5]', { act: { agent: 'upstream' } }],
  ['a nested actor that is not an agent', '[AUTH-5]', { act: { agent: upstream, act: { agent: 'x' } } }],
  [
    'a nested actor with both',
    '[AUTH-5]',
    { act: { agent: upstream, act: { sub: upstream, agent: upstream } } },
  ],
  ['a nested actor that is empty', '[AUTH-5]', { act: { agent: upstream, act: {} } }],
  ['nine actors', '[AUTH-5]', { act: chain(9) }],
  ['a mission that is text', '[AUTH-14]', { mission: s256 }],
  ['a mission that is null', '[AUTH-14]', { mission: null }],
  ['a mission in an array', '[AUTH-14]', { mission: [{ approver, s256 }] }],
  ['a mission without approver', '[AUTH-14, MISS-12]', { mission: { s256 } }],
  ['a mission without digest', '[AUTH-14]', { mission: { approver } }],
  ['an approver with a port', '[AUTH-14]', { mission: { approver: `${approver}:443`, s256 } }],
  ['a mission digest with padding', '[AUTH-14]', { mission: { approver, s256: `${s256}=` } }],
  ['a second spelling of a digest', '[AUTH-14]', { mission: { approver, s256: `${s256.slice(0, -1)}l` } }],
  [
    'a mission approved by another person server',
    '[AUTH-15, MISS-6]',
    { mission: { approver: 'https://other.example', s256 } },
  ],
]

describe('an auth token of drafts 01 to 10', () => {
  it.each(faults)('is refused with %s before any fetch %s', async (_fault, _ids, claims) => {
    const fetched = net.fetches.length
    const refusal = await world.refusal(await agent.authToken({ scope: 'access', generation, claims }))
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toHaveLength(fetched)
  })

  it('identifies the agent and the granted scopes [AUTH-3, AUTH-9]', async () => {
    const auth = await accept({ account: 'a1', tenant: 't1' })
    expect(auth).toMatchObject({
      type: 'auth-token',
      generation,
      iss: 'https://ps.example',
      ps: 'https://ps.example',
      sub: 'person-1',
      agent: planner,
      scopes: ['access'],
      account: 'a1',
      tenant: 't1',
      class: { provider: 'https://agent.example' },
    })
  })

  it('need not name a person when it grants scopes [AUTH-6]', async () => {
    expect('sub' in (await accept({ sub: undefined }))).toBe(false)
  })

  it('need not grant a scope when it names a person [AUTH-6]', async () => {
    expect((await accept({ scope: undefined })).scopes).toEqual([])
  })

  it('of an access server need not name a person server [AUTH-9]', async () => {
    const auth = await accept({}, net.accessServer)
    expect(auth.iss).toBe('https://as.example')
    expect('ps' in auth).toBe(false)
  })

  it('has the class of its agent, never of its actors [AUTH-5]', async () => {
    expect((await accept({ act: { agent: upstream } })).class).toEqual({ provider: 'https://agent.example' })
  })

  const actors: readonly (readonly [drafts: string, act: unknown])[] = [
    ['01 to 03', { sub: planner }],
    ['01 to 03, delegated', { sub: planner, act: { sub: upstream } }],
    ['04', { agent: planner }],
    ['05 to 10, direct', undefined],
    ['05 to 10, delegated', { agent: upstream }],
    ['05 to 10, delegated eight times', chain(8)],
  ]
  it.each(actors)('may have the actors of drafts %s [AUTH-5]', async (_drafts, act) => {
    expect((await accept({ act })).agent).toBe(planner)
  })

  it('has its mission as the pair of approver and digest [AUTH-14, MISS-12]', async () => {
    const { mission } = await accept({ mission: { approver, s256, note: 'ignored' } })
    expect(mission).toEqual({ approver, s256 })
  })

  it.each([['https://ps.example/'], ['http://ps.example'], ['localhost'], [[approver]], [undefined]])(
    'of an access server is refused with a mission approved by %j [AUTH-14, MISS-12]',
    async (unlisted) => {
      const claims = { mission: { approver: unlisted, s256 } }
      const token = await agent.authToken({ scope: 'access', generation, claims }, net.accessServer)
      expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )

  it('of an access server may have the mission of any person server [AUTH-15, MISS-6]', async () => {
    const other = 'https://other.example'
    const { mission } = await accept({ mission: { approver: other, s256 } }, net.accessServer)
    expect(mission).toEqual({ approver: other, s256 })
  })
})
