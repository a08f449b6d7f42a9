import { askForToken, notes, verdict } from '@aauth-guard/fixtures/issued'
import { mission } from '@aauth-guard/fixtures/missions'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import type { TestIssuer } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { callAs, generations, missionRoute, outcome, ps } from './attempt.ts'

const scope = 'access'
const evil = 'https://evil.example'

describe('an agent of a person server that speaks both generations', () => {
  it('does not get the resource token of drafts 01 to 10 by asserting a mission [X9]', async () => {
    const { agent, call } = await makeWorld()
    const asserting = call(await agent.agentToken(), { mission, requirement: missionRoute })
    expect(await outcome(asserting)).toBe('401 person_token_required')
  })

  it('does not get the resource token of drafts 01 to 10 by asserting a mission at the authorization endpoint [X9]', async () => {
    const world = await makeWorld(notes)
    const asked = await askForToken(world, { token: await world.agent.agentToken(), mission })
    expect(verdict(asked)).toEqual([401, 'person_token_required', 'requirement=person-token'])
  })

  it.each(['unreachable', 'server-error', 'not-found', 'not-json'] as const)(
    'does not get it either when its person server makes its metadata unreadable: %s [X9]',
    async (how) => {
      const { agent, net, call } = await makeWorld()
      net.personServer.generations = ['mission-header']
      net.personServer.misbehave(how)
      expect(await outcome(call(await agent.agentToken(), { mission }))).toBe('401 person_token_required')
    },
  )

  it('is refused with an auth token of drafts 01 to 10 when only draft 11 is served [X9]', async () => {
    const { agent, call } = await makeWorld({ generations: ['person-token'] })
    const token = await agent.authToken({ scope, generation: 'mission-header' })
    expect(await outcome(call(token))).toBe('401 invalid_jwt')
  })

  it('is refused with an auth token that does not name a person when the route requires one [X9]', async () => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope, generation: 'mission-header' })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 person_token_required')
  })

  it.each([
    ['the token of its person server', { header: { alg: 'EdDSA' } }, '401 invalid_jwt'],
    ['its own key, as EdDSA', { alg: 'EdDSA' }, '401 unsupported_algorithm'],
    ['its own key without "alg"', { alg: undefined }, '401 unsupported_algorithm'],
  ])(
    'is refused when %s uses an algorithm that only the older generation allows [X9]',
    async (_, lax, expected) => {
      const { agent, call } = await makeWorld()
      const changes = 'header' in lax ? lax : { claims: { cnf: { jwk: { ...agent.key.jwk, ...lax } } } }
      expect(await outcome(call(await agent.authToken({ scope, ...changes })))).toBe(expected)
      expect(await outcome(call(await agent.personToken(changes), { requirement: personRoute }))).toBe(
        expected,
      )
    },
  )
})

describe('an unlisted issuer that claims to be an access server', () => {
  it.each(
    generations.flatMap((generation) =>
      [undefined, 'https://as.example'].map((accessServer) => [generation, accessServer] as const),
    ),
  )('is refused in %s, where the access server is %s [X10]', async (generation, accessServer) => {
    const world = await makeWorld(accessServer === undefined ? {} : { accessServer })
    const rogue = await world.net.issuer('access-server', evil)
    const token = await world.agent.authToken({ scope, generation }, rogue)
    expect(await outcome(world.call(token))).toBe('401 invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('is refused when trust lists other access servers [X10]', async () => {
    const trust = { accessServers: ['https://as.example'], personServers: 'any' } as const
    const world = await makeWorld({ trust })
    const rogue = await world.net.issuer('access-server', evil)
    expect(await outcome(world.call(await world.agent.authToken({ scope }, rogue)))).toBe('401 invalid_jwt')
  })
})

describe('an agent that bypasses the access server', () => {
  const accessServer = 'https://as.example'

  it.each([
    ['mission-header', 'requirement=agent-token'],
    ['person-token', 'requirement=person-token'],
  ] as const)(
    'is refused with an auth token of its person server, in %s [X11]',
    async (generation, requirement) => {
      const { agent, refusal } = await makeWorld({ accessServer })
      const { status, code, headers } = await refusal(await agent.authToken({ scope, generation }))
      expect([status, code, headers['aauth-requirement']]).toEqual([401, 'invalid_jwt', requirement])
    },
  )

  it.each(generations)(
    'is refused on a route that trusts only the access server, even if another route accepts its token, in %s [X11]',
    async (generation) => {
      const { agent, call } = await makeWorld({ accessServer, acceptPersonServerTokens: true })
      const token = await agent.authToken({ scope, generation })
      await call(token)
      const requirement = { trust: { accessServers: [accessServer] } }
      expect(await outcome(call(token, { requirement }))).toBe('401 invalid_jwt')
    },
  )
})

describe('an agent provider that issues a token for the agent of another', () => {
  it.each([
    ['sub', { sub: 'aauth:planner@agent.example' }],
    ['parent_agent', { parent_agent: 'aauth:planner@agent.example' }],
    ['sub, as the host before an at sign', { sub: 'aauth:planner@agent.example@evil.example' }],
    ['sub, as a host below its own', { sub: 'aauth:planner@agent.evil.example' }],
  ])('is refused when the claim is %s [X12]', async (_, claims) => {
    const world = await makeWorld()
    const provider = await world.net.issuer('agent-provider', evil)
    const impostor = await world.net.agent({ name: 'impostor', provider })
    const token = await impostor.agentToken({ claims })
    expect(await outcome(callAs(world, impostor, token, { requirement: agentRoute }))).toBe('401 invalid_jwt')
  })
})

describe('a person with the same "sub" at another person server', () => {
  const accounts = (account: string, person: { ps: string; sub: string }): boolean =>
    account === 'ws-7' && person.ps === ps && person.sub === 'person-1'

  it('does not get the account of the first [X15]', async () => {
    const world = await makeWorld({ ...notes, accounts })
    const elsewhere = await world.net.issuer('person-server', 'https://other-ps.example')
    const body = { scope: 'notes.read', account: 'ws-7' }
    const own = await askForToken(world, { body })
    const token = await elsewhere.personToken(world.agent, { sub: 'person-1' })
    expect([own.status, ...verdict(await askForToken(world, { token, body }))]).toEqual([
      200,
      400,
      'invalid_account',
    ])
  })

  it.each(generations)('can be told apart by the handler, in %s [X15]', async (generation) => {
    const world = await makeWorld()
    const elsewhere = await world.net.issuer('person-server', 'https://other-ps.example')
    const requirement = {
      check: (auth: { ps?: string; sub?: string }) => `${auth.ps} ${auth.sub}` === `${ps} person-1`,
    }
    const call = async (issuer?: TestIssuer) =>
      outcome(world.call(await world.agent.authToken({ scope, generation }, issuer), { requirement }))
    expect([await call(), await call(elsewhere)]).toEqual(['200', '403 access_denied'])
  })
})
