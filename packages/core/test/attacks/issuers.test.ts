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
  it('asserts a mission to be given the resource token of the weaker one [X9]', async () => {
    const { agent, call } = await makeWorld()
    const asserting = call(await agent.agentToken(), { mission, requirement: missionRoute })
    expect(await outcome(asserting)).toBe('401 person_token_required')
  })

  it('asserts a mission at the authorization endpoint, to the same end [X9]', async () => {
    const world = await makeWorld(notes)
    const asked = await askForToken(world, { token: await world.agent.agentToken(), mission })
    expect(verdict(asked)).toEqual([401, 'person_token_required', 'requirement=person-token'])
  })

  it.each(['unreachable', 'server-error', 'not-found', 'not-json'] as const)(
    'makes its metadata fail, so that nobody can read what it speaks: %s [X9]',
    async (how) => {
      const { agent, net, call } = await makeWorld()
      net.personServer.generations = ['mission-header']
      net.personServer.misbehave(how)
      expect(await outcome(call(await agent.agentToken(), { mission }))).toBe('401 person_token_required')
    },
  )

  it('shows an auth token of drafts 01 to 10 where only draft 11 is served [X9]', async () => {
    const { agent, call } = await makeWorld({ generations: ['person-token'] })
    const token = await agent.authToken({ scope, generation: 'mission-header' })
    expect(await outcome(call(token))).toBe('401 invalid_jwt')
  })

  it('shows one that does not name a person where the person must be known [X9]', async () => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope, generation: 'mission-header' })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 person_token_required')
  })

  it.each([
    ['the token of its person server', { header: { alg: 'EdDSA' } }, '401 invalid_jwt'],
    ['its own key', { alg: 'EdDSA' }, '401 unsupported_algorithm'],
    ['its own key, which then has none', { alg: undefined }, '401 unsupported_algorithm'],
  ])('wants the laxer algorithms of the weaker one for %s [X9]', async (_, lax, expected) => {
    const { agent, call } = await makeWorld()
    const changes = 'header' in lax ? lax : { claims: { cnf: { jwk: { ...agent.key.jwk, ...lax } } } }
    expect(await outcome(call(await agent.authToken({ scope, ...changes })))).toBe(expected)
    expect(await outcome(call(await agent.personToken(changes), { requirement: personRoute }))).toBe(expected)
  })
})

describe('a web site that says it is an access server', () => {
  it.each(
    generations.flatMap((generation) =>
      [undefined, 'https://as.example'].map((accessServer) => [generation, accessServer] as const),
    ),
  )('grants access in %s, where the access server is %s [X10]', async (generation, accessServer) => {
    const world = await makeWorld(accessServer === undefined ? {} : { accessServer })
    const rogue = await world.net.issuer('access-server', evil)
    const token = await world.agent.authToken({ scope, generation }, rogue)
    expect(await outcome(world.call(token))).toBe('401 invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('grants access where access servers are named, and it is not [X10]', async () => {
    const trust = { accessServers: ['https://as.example'], personServers: 'any' } as const
    const world = await makeWorld({ trust })
    const rogue = await world.net.issuer('access-server', evil)
    expect(await outcome(world.call(await world.agent.authToken({ scope }, rogue)))).toBe('401 invalid_jwt')
  })
})

describe('an agent that goes round the access server', () => {
  const accessServer = 'https://as.example'

  it.each([
    ['mission-header', 'requirement=agent-token'],
    ['person-token', 'requirement=person-token'],
  ] as const)('shows an auth token of its person server, in %s [X11]', async (generation, requirement) => {
    const { agent, refusal } = await makeWorld({ accessServer })
    const { status, code, headers } = await refusal(await agent.authToken({ scope, generation }))
    expect([status, code, headers['aauth-requirement']]).toEqual([401, 'invalid_jwt', requirement])
  })

  it.each(generations)(
    'shows one that another route takes, where only the access server is trusted, in %s [X11]',
    async (generation) => {
      const { agent, call } = await makeWorld({ accessServer, acceptPersonServerTokens: true })
      const token = await agent.authToken({ scope, generation })
      await call(token)
      const requirement = { trust: { accessServers: [accessServer] } }
      expect(await outcome(call(token, { requirement }))).toBe('401 invalid_jwt')
    },
  )
})

describe('an agent provider', () => {
  it.each([
    ['sub', { sub: 'aauth:planner@agent.example' }],
    ['parent_agent', { parent_agent: 'aauth:planner@agent.example' }],
    ['sub, as the host before an at sign', { sub: 'aauth:planner@agent.example@evil.example' }],
    ['sub, as a host below its own', { sub: 'aauth:planner@agent.evil.example' }],
  ])('speaks for the agent of another in %s [X12]', async (_, claims) => {
    const world = await makeWorld()
    const provider = await world.net.issuer('agent-provider', evil)
    const impostor = await world.net.agent({ name: 'impostor', provider })
    const token = await impostor.agentToken({ claims })
    expect(await outcome(callAs(world, impostor, token, { requirement: agentRoute }))).toBe('401 invalid_jwt')
  })
})

describe('a person of the same name', () => {
  const accounts = (account: string, person: { ps: string; sub: string }): boolean =>
    account === 'ws-7' && person.ps === ps && person.sub === 'person-1'

  it('at another person server asks for the account of the first [X15]', async () => {
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

  it.each(generations)(
    'at another person server is told apart by the handler, in %s [X15]',
    async (generation) => {
      const world = await makeWorld()
      const elsewhere = await world.net.issuer('person-server', 'https://other-ps.example')
      const requirement = {
        check: (auth: { ps?: string; sub?: string }) => `${auth.ps} ${auth.sub}` === `${ps} person-1`,
      }
      const call = async (issuer?: TestIssuer) =>
        outcome(world.call(await world.agent.authToken({ scope, generation }, issuer), { requirement }))
      expect([await call(), await call(elsewhere)]).toEqual(['200', '403 access_denied'])
    },
  )
})
