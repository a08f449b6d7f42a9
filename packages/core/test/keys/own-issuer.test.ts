import type { Trust } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { outcomeOf } from './outcome-of.ts'

async function ownToken({ net, agent }: World): Promise<string> {
  return (await net.issuer('person-server', net.resource)).personToken(agent)
}

describe('a token that names the resource itself as issuer', () => {
  it.each<[string, Trust]>([
    ["when trust is 'any'", 'any'],
    ["when the role is 'any'", { personServers: 'any' }],
    ['when a predicate accepts every issuer', { personServers: () => true }],
    [
      'when trust lists it in another role',
      { personServers: 'any', agentProviders: ['https://notes.example'] },
    ],
  ])('is refused %s, and the resource does not fetch from itself [I32]', async (_, trust) => {
    const world = await makeWorld({ trust })
    expect(await outcomeOf(world, ownToken(world))).toBe('invalid_jwt')
    expect(world.net.fetches).toEqual([])
  })

  it('is accepted when trust lists it in that role [I32]', async () => {
    const world = await makeWorld({ trust: { personServers: ['https://notes.example'] } })
    expect(await outcomeOf(world, ownToken(world))).toBe('accepted')
  })

  it('is accepted when it is its own access server [I32]', async () => {
    const world = await makeWorld({ accessServer: 'https://notes.example' })
    const own = await world.net.issuer('access-server', 'https://notes.example')
    expect(await outcomeOf(world, world.agent.authToken({}, own))).toBe('accepted')
  })
})
