import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { agentToken, authToken, everyKind, missionHeaderAuthToken, personToken } from './mint.ts'

const both = await makeWorld()
const { agent } = both

/** The claims that distinguish the generations, each with a valid value. */
const telling = {
  agent: 'aauth:planner@agent.example',
  act: { agent: 'aauth:upstream@agent.example' },
  mission: { approver: 'https://ps.example', s256 },
  ps: 'https://ps.example',
  mission_s256: s256,
  presented_jti: 'p1',
}
type Telling = keyof typeof telling
const names = Object.keys(telling) as Telling[]
const subsets = Array.from({ length: 64 }, (_, bits) => names.filter((_name, index) => bits & (1 << index)))
const mint = (carried: readonly Telling[]): Promise<string> => {
  const claims = Object.fromEntries(
    names.map((name) => [name, carried.includes(name) ? telling[name] : undefined]),
  )
  return agent.authToken({ scope: 'access', claims })
}

/** The valid combinations; all others mix generations or belong to none. */
const generations = new Map([
  ['agent', 'mission-header'],
  ['agent act', 'mission-header'],
  ['agent mission', 'mission-header'],
  ['agent act mission', 'mission-header'],
  ['ps', 'person-token'],
  ['ps mission_s256', 'person-token'],
])
const legal = subsets.filter((carried) => generations.has(carried.join(' ')))
const illegal = subsets.filter((carried) => !generations.has(carried.join(' ')))

describe('the generation of an auth token', () => {
  it('is determined by six claims', () => {
    expect([legal.length, illegal.length]).toEqual([6, 58])
  })

  it.each(legal.map((carried) => [carried.join(' '), carried] as const))(
    'is determined when it has %s [JWT-20, AUTH-8, R11-070]',
    async (listed, carried) => {
      expect((await both.call(await mint(carried))).generation).toBe(generations.get(listed))
    },
  )

  it.each(illegal.map((carried) => [carried.join(' ') || 'none of the six', carried] as const))(
    'cannot be determined when it has %s [JWT-20, AUTH-8, R11-070]',
    async (_listed, carried) => {
      expect(await both.refusal(await mint(carried))).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )

  it('is determined by the names that are present, even with the value null [JWT-20]', async () => {
    const token = await agent.authToken({ scope: 'access', claims: { agent: null } })
    expect((await both.refusal(token)).code).toBe('invalid_jwt')
  })
})

describe('a generation that is switched off', () => {
  it.each([personToken, authToken])(
    'refuses $kind when it is draft 11',
    async ({ mint: token, requirement }) => {
      const old = await makeWorld({ generations: ['mission-header'] })
      // A route cannot require what is switched off, but the token can still be presented.
      const asked = requirement === personToken.requirement ? {} : requirement
      const refusal = await old.refusal(await token(old.agent), { requirement: asked })
      expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
      expect(old.net.fetches).toEqual([])
    },
  )

  it('refuses an auth token of drafts 01 to 10 when only draft 11 is served', async () => {
    const strict = await makeWorld({ generations: ['person-token'] })
    const refusal = await strict.refusal(await missionHeaderAuthToken.mint(strict.agent))
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(strict.net.fetches).toEqual([])
  })

  it.each(['mission-header', 'person-token'] as const)(
    'does not affect agent tokens when only %s is served',
    async (only) => {
      const world = await makeWorld({ generations: [only] })
      const auth = await world.call(await agentToken.mint(world.agent), {
        requirement: agentToken.requirement,
      })
      expect('generation' in auth).toBe(false)
    },
  )
})

describe('the algorithm EdDSA of a token', () => {
  const header = { alg: 'EdDSA' }
  const lenient = [agentToken, missionHeaderAuthToken]

  it.each(lenient)('is read as Ed25519 in $kind while drafts 01 to 10 are on [JWT-3]', async (minted) => {
    const auth = await both.call(await minted.mint(agent, { header }), { requirement: minted.requirement })
    expect(auth.iss).toMatch(/^https:/)
  })

  it.each(everyKind.filter((minted) => !lenient.includes(minted)))(
    'is refused in $kind [JWT-3, R11-023, F03]',
    async (minted) => {
      const refusal = await both.refusal(await minted.mint(agent, { header }), {
        requirement: minted.requirement,
      })
      expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    },
  )

  it('is refused in an agent token when only draft 11 is served [JWT-3, R11-023, F03]', async () => {
    const strict = await makeWorld({ generations: ['person-token'] })
    const token = await strict.agent.agentToken({ header })
    const refusal = await strict.refusal(token, { requirement: agentToken.requirement })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(strict.net.fetches).toEqual([])
  })

  it('does not match the algorithm of a P-256 key [JWT-3, F05]', async () => {
    const provider = await both.net.issuer('agent-provider', 'https://p256.example', 'ES256')
    const other = await both.net.agent({ name: 'other', provider })
    const token = await provider.agentToken(agent, { claims: { sub: other.id }, header })
    const refusal = await both.refusal(token, { requirement: agentToken.requirement })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
  })
})
