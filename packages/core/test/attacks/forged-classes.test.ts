import type { Auth, Trust } from '@aauth-guard/core'
import { missionGrant } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'
import { callAs, outcome, ps } from './attempt.ts'

const provider = 'https://agent.example'
const otherPs = 'https://other-ps.example'
const old = { scope: 'access', mission: s256, generation: 'mission-header' } as const
const byBoth = { ...listed, personServers: [ps, otherPs] }

/** An agent of its own provider and person server whose token says that it is an agent of `provider`. */
async function impostor(world: World): Promise<{ readonly agent: Agent; readonly token: string }> {
  const ownServer = await world.net.issuer('person-server', otherPs)
  const ownProvider = await world.net.issuer('agent-provider', 'https://other-agent.example')
  const agent = await world.net.agent({ name: 'mallory', provider: ownProvider, personServer: ownServer })
  const claims = { agent: 'aauth:planner@agent.example' }
  return { agent, token: await agent.authToken({ ...old, claims }, ownServer) }
}

async function callOfImpostor(trust: Trust, routeTrust?: Trust): Promise<Auth> {
  const world = await makeWorld({ trust })
  const { agent, token } = await impostor(world)
  return callAs(world, agent, token, { requirement: routeTrust === undefined ? {} : { trust: routeTrust } })
}

describe('a person server that names an agent of another provider', () => {
  it.each<[string, Trust]>([
    ["under 'any'", 'any'],
    ["under 'any' for the role", { agentProviders: 'any', personServers: 'any' }],
    ['when a predicate accepts it', { personServers: () => true }],
  ])('proves no class %s [CLASS-2]', async (_, trust) => {
    const auth = await callOfImpostor(trust)
    expect(auth.agent).toBe('aauth:planner@agent.example')
    expect(auth).not.toHaveProperty('class')
    expect(missionGrant(auth).class).toBeNull()
  })

  it('proves the class when a list of the resource contains the person server [CLASS-1]', async () => {
    expect((await callOfImpostor(byBoth)).class).toEqual({ provider })
  })

  it('proves the class on a route whose list contains the person server, and on no other [CLASS-1]', async () => {
    const world = await makeWorld()
    const { agent, token } = await impostor(world)
    const at = (trust: Trust): Promise<Auth> => callAs(world, agent, token, { requirement: { trust } })
    expect((await at(byBoth)).class).toEqual({ provider })
    expect(await at('any')).not.toHaveProperty('class')
    expect(await outcome(at(listed))).toBe('401 invalid_jwt')
    const ofClass = { trust: byBoth, class: { provider } }
    expect((await callAs(world, agent, token, { requirement: ofClass })).class).toEqual({ provider })
  })

  it('is refused on a route of the class when the list of the route leaves it out [CLASS-2, AUTH-2]', async () => {
    const world = await makeWorld()
    const { agent, token } = await impostor(world)
    const requirement = { class: { provider }, trust: listed }
    expect(await outcome(callAs(world, agent, token, { requirement }))).toBe('401 invalid_jwt')
  })
})

it('the access server proves the classes of agents, as if a list contained it [CLASS-1]', async () => {
  const world = await makeWorld({ accessServer: 'https://as.example' })
  const grant = { scope: 'access', generation: 'mission-header' } as const
  const token = await world.agent.authToken(grant, world.net.accessServer)
  expect((await world.call(token)).class).toEqual({ provider })
})

describe('an agent provider that trust excludes', () => {
  const others: readonly [string, Trust][] = [
    ['a list leaves out', { agentProviders: ['https://good-agent.example'], personServers: 'any' }],
    ['a predicate refuses', { agentProviders: (iss) => iss !== provider, personServers: 'any' }],
  ]

  it.each(others)(
    'is refused with an auth token of drafts 01 to 10 when %s it, and nothing is fetched [AUTH-2]',
    async (_, trust) => {
      const fetched: string[] = []
      const world = await makeWorld({
        trust,
        fetch: (input) => {
          fetched.push(String(input))
          return Promise.reject(new Error('not here'))
        },
      })
      expect(await outcome(world.call(await world.agent.authToken(old)))).toBe('401 invalid_jwt')
      expect(fetched).toEqual([])
    },
  )

  it.each(others)(
    'is refused on a route when %s it, even with a token that was verified before',
    async (_, trust) => {
      const world = await makeWorld()
      const token = await world.agent.authToken(old)
      expect(await outcome(world.call(token))).toBe('200')
      expect(await outcome(world.call(token, { requirement: { trust } }))).toBe('401 invalid_jwt')
    },
  )

  it.each(others)(
    'cannot be recognised in draft 11, so its agents are accepted when %s it, with a warning at start',
    async (_, trust) => {
      const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
      const world = await makeWorld({ trust })
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('"trust.agentProviders" does not apply to'))
      warn.mockRestore()
      expect(await outcome(world.call(await world.agent.authToken({ scope: 'access', mission: s256 })))).toBe(
        '200',
      )
    },
  )

  it('causes no warning at start when only drafts 01 to 10 are served, since it is always recognised', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    await makeWorld({ trust: others[0]?.[1] as Trust, generations: ['mission-header'] })
    expect(warn).not.toHaveBeenCalledWith(expect.stringContaining('"trust.agentProviders"'))
    warn.mockRestore()
  })

  it('is named in the hint', async () => {
    const world = await makeWorld({ trust: others[0]?.[1] as Trust })
    expect((await world.refusal(await world.agent.authToken(old))).hint).toBe(
      'the agent in the token belongs to "https://agent.example", which "trust.agentProviders" does not accept: add it, or leave the role out',
    )
  })

  it('is accepted when trust leaves out the role of agent providers', async () => {
    const world = await makeWorld({ trust: { personServers: [ps] } })
    const auth = await world.call(await world.agent.authToken(old), { requirement: { class: { provider } } })
    expect(auth.mission).toEqual(mission)
  })
})
