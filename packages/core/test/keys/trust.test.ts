import type { Trust, Trusted } from '@aauth-guard/core'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './outcome-of.ts'

/** No `AAuth-Requirement`: no other token would help. */
const refused = ['invalid_jwt', 401, { 'cache-control': 'no-store', 'signature-error': 'error=invalid_jwt' }]

/** Presents one token of each role. */
async function admitted({ net, agent, ...world }: World): Promise<Record<string, string>> {
  const all = { net, agent, ...world }
  return {
    agent: await outcomeOf(all, agent.agentToken()),
    person: await outcomeOf(all, agent.personToken()),
    access: await outcomeOf(all, agent.authToken({}, net.accessServer)),
  }
}

describe('trust', () => {
  const everybody = (): boolean => true
  const cases: readonly [rule: string, trust: Trust, Record<string, string>][] = [
    [
      "with 'any' every agent provider and person server, but no access server [R11-063, G11, G12]",
      'any',
      { agent: 'accepted', person: 'accepted', access: 'invalid_jwt' },
    ],
    [
      'nobody for a role that is left out [JWT-7]',
      { accessServers: ['https://as.example'] },
      { agent: 'invalid_jwt', person: 'invalid_jwt', access: 'accepted' },
    ],
    [
      'nobody where no role is given',
      {},
      { agent: 'invalid_jwt', person: 'invalid_jwt', access: 'invalid_jwt' },
    ],
    [
      'the issuers on a list, each in its own role only [JWT-7, AUTH-2]',
      {
        agentProviders: ['https://ps.example', 'https://as.example', 'https://agent.example'],
        personServers: ['https://agent.example', 'https://as.example'],
        accessServers: ['https://agent.example', 'https://ps.example'],
      },
      { agent: 'accepted', person: 'invalid_jwt', access: 'invalid_jwt' },
    ],
    [
      'only the very text on a list [JWT-7]',
      { agentProviders: ['https://agent.example.org', 'https://gent.example'] },
      { agent: 'invalid_jwt', person: 'invalid_jwt', access: 'invalid_jwt' },
    ],
    [
      'whom a predicate accepts, also as access server',
      { agentProviders: everybody, accessServers: (issuer) => issuer === 'https://as.example' },
      { agent: 'accepted', person: 'invalid_jwt', access: 'accepted' },
    ],
    [
      'nobody where a predicate says no',
      { agentProviders: () => false, personServers: 'any' },
      { agent: 'invalid_jwt', person: 'accepted', access: 'invalid_jwt' },
    ],
  ]

  it.each(cases)('accepts %s', async (_, trust, expected) => {
    expect(await admitted(await makeWorld({ trust }))).toEqual(expected)
  })

  it.each([1, 'true', {}, Promise.resolve(true), undefined])(
    'accepts no issuer when a predicate returns %s instead of a boolean',
    async (verdict) => {
      const world = await makeWorld({ trust: { agentProviders: () => verdict as boolean } })
      expect(await outcomeOf(world, world.agent.agentToken())).toBe('invalid_jwt')
      expect(world.net.fetches).toEqual([])
    },
  )

  it('accepts no issuer when a predicate throws, and does not fail [Q09]', async () => {
    const world = await makeWorld({
      trust: {
        agentProviders() {
          throw new Error('the directory is down')
        },
      },
    })
    expect(await outcomeOf(world, world.agent.agentToken())).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('accepts the issuers that were on the list when the resource was made', async () => {
    const personServers: string[] = []
    const trust = { personServers, agentProviders: 'any' as Trusted }
    const world = await makeWorld({ trust })
    personServers.push('https://ps.example')
    trust.agentProviders = []
    expect([await outcomeOf(world), await outcomeOf(world, world.agent.agentToken())]).toEqual([
      'invalid_jwt',
      'accepted',
    ])
  })

  it('calls a predicate with the identifier of the issuer and nothing else', async () => {
    const asked: unknown[][] = []
    const world = await makeWorld({
      trust: {
        agentProviders: (...args: unknown[]) => {
          asked.push(args)
          return true
        },
      },
    })
    await outcomeOf(world, world.agent.agentToken())
    expect(asked).toEqual([['https://agent.example']])
  })
})

describe('an excluded issuer is refused before anything is fetched', () => {
  it('with invalid_jwt for an agent token [JWT-7]', async () => {
    const { refusal, agent, net } = await makeWorld({ trust: { personServers: 'any' } })
    const { code, status, headers } = await refusal(await agent.agentToken(), { requirement: agentRoute })
    expect([code, status, headers]).toEqual(refused)
    expect(net.fetches).toEqual([])
  })

  it('with invalid_jwt for a person token [JWT-7]', async () => {
    const { refusal, agent, net } = await makeWorld({ trust: { agentProviders: 'any' } })
    const { code, status, headers } = await refusal(await agent.personToken(), { requirement: personRoute })
    expect([code, status, headers]).toEqual(refused)
    expect(net.fetches).toEqual([])
  })

  it('with a hint to start over from a person token for an auth token of draft 11 [AUTH-2, R11-063, G11]', async () => {
    const { refusal, agent, net } = await makeWorld()
    const token = await agent.authToken({ scope: 'access' }, net.accessServer)
    const { code, status, headers } = await refusal(token)
    expect([code, status]).toEqual(['invalid_jwt', 401])
    expect(headers).toEqual({
      'cache-control': 'no-store',
      'signature-error': 'error=invalid_jwt',
      'aauth-requirement': 'requirement=person-token',
      link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
    })
    expect(net.fetches).toEqual([])
  })

  it('with a hint to start over from an agent token for an auth token of drafts 01 to 10 [AUTH-2, G11]', async () => {
    const { refusal, agent, net } = await makeWorld()
    const token = await agent.authToken({ scope: 'access', generation: 'mission-header' }, net.accessServer)
    expect((await refusal(token)).headers).toEqual({
      'cache-control': 'no-store',
      'signature-error': 'error=invalid_jwt',
      'aauth-requirement': 'requirement=agent-token',
      link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
    })
    expect(net.fetches).toEqual([])
  })

  it('without naming the issuer to the caller, but with its name for the operator [P01]', async () => {
    const { refusal, agent } = await makeWorld({ trust: {} })
    const { problem, hint } = await refusal(await agent.agentToken())
    expect(problem).toEqual({
      type: 'urn:ietf:params:sig-error:invalid_jwt',
      status: 401,
      error: 'invalid_jwt',
      detail: 'The token is not acceptable.',
      error_description: 'The token is not acceptable.',
    })
    expect(hint).toBe(
      '"https://agent.example" is not trusted as agent-provider: list it in "trust.agentProviders" to accept its tokens',
    )
  })
})
