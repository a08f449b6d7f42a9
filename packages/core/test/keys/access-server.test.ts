import type { ResourceOptions } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './outcome-of.ts'

const accessServer = 'https://as.example'

describe('accessServer', () => {
  it('admits that access server without any entry in trust [R11-063]', async () => {
    const world = await makeWorld({ accessServer, trust: {} })
    expect(await outcomeOf(world, world.agent.authToken({}, world.net.accessServer))).toBe('accepted')
  })

  it('admits no other access server [AUTH-2, R11-063, G11]', async () => {
    const world = await makeWorld({ accessServer })
    const rogue = await world.net.issuer('access-server', 'https://rogue.example')
    expect(await outcomeOf(world, world.agent.authToken({ scope: 'access' }, rogue))).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('admits that server as access server only', async () => {
    const world = await makeWorld({ accessServer, trust: {} })
    const inOtherRole = await world.net.issuer('person-server', accessServer)
    expect(await outcomeOf(world, inOtherRole.personToken(world.agent))).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it.each([
    ['draft 11', 'person-token', 'requirement=person-token'],
    ['drafts 01 to 10', 'mission-header', 'requirement=agent-token'],
  ] as const)(
    'refuses auth tokens of %s from a person server, and says with what to come back [AUTH-2, R11-064]',
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

  it('refuses them also where trust names the person server [R11-064]', async () => {
    const trust = { personServers: ['https://ps.example'] }
    const world = await makeWorld({ accessServer, trust })
    expect(await outcomeOf(world, world.agent.authToken())).toBe('invalid_jwt')
  })

  it('leaves the person tokens of person servers alone', async () => {
    const world = await makeWorld({ accessServer })
    expect(await outcomeOf(world, world.agent.personToken())).toBe('accepted')
  })

  it.each<[string, Partial<ResourceOptions>, string]>([
    ['takes them with acceptPersonServerTokens', { acceptPersonServerTokens: true }, 'accepted'],
    [
      'takes them with acceptPersonServerTokens from admitted person servers only [JWT-7]',
      { acceptPersonServerTokens: true, trust: { personServers: ['https://other.example'] } },
      'invalid_jwt',
    ],
  ])('%s', async (_, options, expected) => {
    const world = await makeWorld({ accessServer, ...options })
    expect(await outcomeOf(world, world.agent.authToken())).toBe(expected)
  })
})

describe('trust.accessServers', () => {
  it('admits, and refuses no auth tokens of person servers', async () => {
    const world = await makeWorld({ trust: { personServers: 'any', accessServers: [accessServer] } })
    expect([
      await outcomeOf(world, world.agent.authToken({}, world.net.accessServer)),
      await outcomeOf(world, world.agent.authToken()),
    ]).toEqual(['accepted', 'accepted'])
  })
})
