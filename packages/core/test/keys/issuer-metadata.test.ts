import { describe, expect, it } from 'vitest'
import {
  type AnsweredWorld,
  agentKeys,
  agentMetadata,
  makeAnsweredWorld,
  personKeys,
  personMetadata,
  settled,
} from './issuer-answers.ts'
import { outcomeOf } from './outcome-of.ts'

/** The challenge to an agent token on a route that requires an auth token; the metadata of its person server decides. */
async function challenge(world: AnsweredWorld, claims = {}): Promise<string> {
  return (await world.refusal(await world.agent.agentToken({ claims }))).code
}

describe('the metadata of a person server', () => {
  it('is fetched once and kept with its keys [JWKS-7]', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.generations = ['mission-header']
    expect([await challenge(world), await challenge(world)]).toEqual([
      'auth_token_required',
      'auth_token_required',
    ])
    expect(await outcomeOf(world)).toBe('accepted')
    expect(world.asked).toEqual([agentMetadata, agentKeys, personMetadata, personKeys])
  })

  it('is renewed with its keys', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.generations = ['mission-header']
    await challenge(world)
    world.net.personServer.generations = ['person-token']
    world.net.clock.advance(600)
    expect(await challenge(world)).toBe('person_token_required')
  })

  it('is renewed in the background', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.generations = ['mission-header']
    await challenge(world)
    world.net.personServer.generations = ['person-token']
    world.net.clock.advance(480)
    expect(await challenge(world)).toBe('auth_token_required')
    await settled()
    expect(await challenge(world)).toBe('person_token_required')
  })

  it('is optional: the request is answered even if it is unavailable', async () => {
    const world = await makeAnsweredWorld()
    world.net.personServer.generations = ['mission-header']
    world.net.personServer.misbehave('unreachable')
    expect(await challenge(world)).toBe('person_token_required')
  })

  it.each([
    ['is excluded by trust', { personServers: ['https://other.example'] }, {}],
    ['has a role that trust leaves out', {}, {}],
    ['is the resource itself [I32]', { personServers: 'any' }, { ps: 'https://notes.example' }],
  ] as const)('is not fetched when that server %s', async (_, trust, claims) => {
    const world = await makeAnsweredWorld({ trust: { agentProviders: 'any', ...trust } })
    expect(await challenge(world, claims)).toBe('person_token_required')
    expect(world.asked).toEqual([agentMetadata, agentKeys])
  })

  it('is not fetched before the request has verified', async () => {
    const world = await makeAnsweredWorld()
    await challenge(world, { ps: undefined })
    const { code } = await world.refusal(await world.agent.agentToken(), { mistake: 'wrong-key' })
    expect([code, world.asked]).toEqual(['invalid_signature', [agentMetadata, agentKeys]])
  })
})
