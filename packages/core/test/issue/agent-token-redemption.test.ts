import { callAs, challenged, notes, refusalOf } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const read = { scope: 'notes.read' } as const

describe('an agent token (both generations served)', () => {
  it('gets a resource token when its person server supports only drafts 01 to 10 [CHAL-8]', async () => {
    const { net, resource, agent, refusal } = await makeWorld(notes)
    net.personServer.generations = ['mission-header']
    const error = await refusal(await agent.agentToken(), { requirement: read })
    const { payload } = await challenged(resource, error)
    expect([payload.aud, payload.agent]).toEqual(['https://ps.example', 'aauth:planner@agent.example'])
  })

  it.each([
    ['auth_token_endpoint', 'person_token_required'],
    ['person_token_endpoint', 'person_token_required'],
    ['interaction_endpoint', 'auth_token_required'],
  ])(
    'of a person server with token_endpoint and %s gets %s [CHAL-5, CHAL-8, R11-142]',
    async (member, expected) => {
      const { net, agent, refusal } = await makeWorld(notes)
      const { id } = net.personServer
      const endpoints = { token_endpoint: `${id}/token`, [member]: `${id}/other` }
      const keys = net.personServer.answer.bind(net.personServer)
      net.personServer.answer = (path, signal) =>
        path === '/.well-known/aauth-person.json'
          ? Response.json({ issuer: id, jwks_uri: `${id}/jwks.json`, ...endpoints })
          : keys(path, signal)
      const { code } = await refusal(await agent.agentToken(), { requirement: read })
      expect(code).toBe(expected)
    },
  )

  it('is challenged for a person token when the metadata of its person server is unavailable [CHAL-5, R11-142]', async () => {
    const { net, agent, refusal } = await makeWorld(notes)
    net.personServer.generations = ['mission-header']
    net.personServer.misbehave('not-found')
    const { status, code, headers } = await refusal(await agent.agentToken(), { requirement: read })
    expect([status, code, headers['aauth-requirement']]).toEqual([
      401,
      'person_token_required',
      'requirement=person-token',
    ])
  })

  it('is challenged for a person token when trust excludes its person server, which is not fetched [CHAL-5, R11-142]', async () => {
    const trust = { agentProviders: 'any', personServers: ['https://other.example'] } as const
    const { net, agent, refusal } = await makeWorld({ ...notes, trust })
    net.personServer.generations = ['mission-header']
    const { code } = await refusal(await agent.agentToken(), { requirement: read })
    expect([code, net.fetches.filter(({ url }) => url.startsWith('https://ps.example'))]).toEqual([
      'person_token_required',
      [],
    ])
  })

  it('is challenged for a person token despite an AAuth-Mission header [CHAL-5, R11-142, M01]', async () => {
    const { agent, refusal } = await makeWorld(notes)
    const mission = { approver: 'https://ps.example', s256 }
    const { code } = await refusal(await agent.agentToken(), { requirement: read, mission })
    expect(code).toBe('person_token_required')
  })

  it('is challenged for a person token despite an AAuth-Mission header on a route that requires a mission [CHAL-5, R11-142, R11-160, M01]', async () => {
    const { agent, refusal } = await makeWorld(notes)
    const mission = { approver: 'https://ps.example', s256 }
    const requirement = { accept: ['agent-token', 'auth-token'], mission: 'required' } as const
    const { code, headers, problem } = await refusal(await agent.agentToken(), { requirement, mission })
    expect([code, headers['aauth-requirement'], problem.detail]).toEqual([
      'person_token_required',
      'requirement=person-token',
      'Sign the request with a person token that carries mission_s256.',
    ])
  })
})

it('an agent token is challenged for a person token when drafts 01 to 10 are switched off, whatever its person server supports [CHAL-5, R11-142, R11-160, M01]', async () => {
  const { net, agent, refusal } = await makeWorld({ ...notes, generations: ['person-token'] })
  net.personServer.generations = ['mission-header']
  const { code } = await refusal(await agent.agentToken(), { requirement: read })
  expect([code, net.fetches.filter(({ url }) => url.startsWith('https://ps.example'))]).toEqual([
    'person_token_required',
    [],
  ])
})

describe('an agent token without a person server (both generations served)', () => {
  it.each([
    [
      'gets a resource token for the access server',
      { accessServer: 'https://as.example' },
      'auth_token_required',
    ],
    ['is challenged for a person token without an access server', {}, 'person_token_required'],
  ])('%s [CHAL-5, CHAL-8, RT-3]', async (_, options, expected) => {
    const world = await makeWorld({ ...notes, ...options })
    const agent = await world.net.agent({ personServer: null })
    const { code } = await refusalOf(callAs(world, agent, await agent.agentToken(), read))
    expect(code).toBe(expected)
  })
})

describe('a mission that is only asserted', () => {
  const mission = { approver: 'https://ps.example', s256 }

  it('is copied to the resource token of a route that requires one [RT-8, MISS-4]', async () => {
    const { resource, agent, refusal } = await makeWorld({ ...notes, generations: ['mission-header'] })
    const requirement = { accept: ['agent-token', 'auth-token'], mission: 'required' } as const
    const error = await refusal(await agent.agentToken(), { requirement, mission })
    const { payload } = await challenged(resource, error)
    expect([payload.mission, payload.scope]).toEqual([mission, 'notes.read'])
  })

  it('cannot be required on a route that accepts only agent tokens, which createResource refuses [RT-11]', async () => {
    const { agent, call } = await makeWorld({ scopes: notes.scopes, generations: ['mission-header'] })
    const requirement = { accept: 'agent-token', mission: 'required' } as const
    await expect(call(await agent.agentToken(), { requirement, mission })).rejects.toThrow(
      "accept another kind, or write mission: 'optional'",
    )
  })
})
