import type { ResourceOptions } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './outcome-of.ts'

const accessServer = 'https://as.example'

describe('accessServer', () => {
  it('trusts that access server without any entry in trust [R11-063]', async () => {
    const world = await makeWorld({ accessServer, trust: {} })
    expect(await outcomeOf(world, world.agent.authToken({}, world.net.accessServer))).toBe('accepted')
  })

  it('trusts no other access server [AUTH-2, R11-063, G11]', async () => {
    const world = await makeWorld({ accessServer })
    const rogue = await world.net.issuer('access-server', 'https://rogue.example')
    expect(await outcomeOf(world, world.agent.authToken({ scope: 'access' }, rogue))).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('trusts that server as an access server only', async () => {
    const world = await makeWorld({ accessServer, trust: {} })
    const inOtherRole = await world.net.issuer('person-server', accessServer)
    expect(await outcomeOf(world, inOtherRole.personToken(world.agent))).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it.each([
    ['draft 11', 'person-token', 'requirement=person-token'],
    ['drafts 01 to 10', 'mission-header', 'requirement=agent-token'],
  ] as const)(
    'refuses auth tokens of %s from a person server, and names the token to come back with [AUTH-2, R11-064]',
    async (_, generation, requirement) => {
      const { refusal, agent, net } = await makeWorld({ accessServer })
      const { code, status, headers } = await refusal(await agent.authToken({ scope: 'access', generation }))
      expect([code, status]).toEqual(['invalid_jwt', 401])
      expect(headers).toEqual({
        'cache-control': 'no-store',
        'signature-error': 'error=invalid_jwt',
        'aauth-requirement': requirement,
        link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      })
      expect(net.fetches).toEqual([])
    },
  )

  it('refuses auth tokens from a person server even when trust lists it [R11-064]', async () => {
    const trust = { personServers: ['https://ps.example'] }
    const world = await makeWorld({ accessServer, trust })
    expect(await outcomeOf(world, world.agent.authToken())).toBe('invalid_jwt')
  })

  it('does not affect person tokens', async () => {
    const world = await makeWorld({ accessServer })
    expect(await outcomeOf(world, world.agent.personToken())).toBe('accepted')
  })

  it.each<[string, Partial<ResourceOptions>, string]>([
    [
      'accepts auth tokens from person servers with acceptPersonServerTokens',
      { acceptPersonServerTokens: true },
      'accepted',
    ],
    [
      'accepts auth tokens from trusted person servers only with acceptPersonServerTokens [JWT-7]',
      { acceptPersonServerTokens: true, trust: { personServers: ['https://other.example'] } },
      'invalid_jwt',
    ],
  ])('%s', async (_, options, expected) => {
    const world = await makeWorld({ accessServer, ...options })
    expect(await outcomeOf(world, world.agent.authToken())).toBe(expected)
  })
})

describe('trust.accessServers', () => {
  it('trusts access servers without refusing auth tokens of person servers', async () => {
    const world = await makeWorld({ trust: { personServers: 'any', accessServers: [accessServer] } })
    expect([
      await outcomeOf(world, world.agent.authToken({}, world.net.accessServer)),
      await outcomeOf(world, world.agent.authToken()),
    ]).toEqual(['accepted', 'accepted'])
  })
})
