import { assertGrant } from '@aauth-guard/core/missions'
import { mission, otherS256 } from '@aauth-guard/fixtures/missions'
import { listed, makeWorld } from '@aauth-guard/fixtures/world'
import type { Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { generations, outcome, unrelatedAgent } from './attempt.ts'
import { inMission, keptGrant, old, resumption } from './kept-grant.ts'

describe('resuming a grant', () => {
  it('in the same mission is refused to an agent of another provider [X17, CLASS-3]', async () => {
    const world = await makeWorld({ trust: listed })
    const kept = await keptGrant(world, old)
    expect(await resumption(world, world.agent, kept, old)).toBe('200')
    expect(await resumption(world, await unrelatedAgent(world), kept, old)).toBe('403 class_mismatch')
  })

  it.each(['deny', 'same-key', 'linked-key'] as const)(
    'is refused in draft 11 to an agent whose provider cannot be verified, under %s [X17, CLASS-2]',
    async (policy) => {
      const world = await makeWorld({ trust: listed })
      const kept = await keptGrant(world, inMission)
      expect(await resumption(world, await unrelatedAgent(world), kept, inMission, policy)).toBe(
        '403 class_unverifiable',
      )
    },
  )

  it.each(generations)(
    'from another mission is refused to its own agent, in %s [X17, MISS-11]',
    async (generation) => {
      const world = await makeWorld({ trust: listed })
      const kept = await keptGrant(world, { ...inMission, generation })
      const elsewhere = { ...inMission, generation, mission: otherS256 }
      expect(await resumption(world, world.agent, kept, elsewhere, 'mission-only')).toBe(
        '403 mission_mismatch',
      )
    },
  )

  it.each(generations)(
    'without a mission is refused to its own agent, in %s [X5, X17, MISS-11]',
    async (generation) => {
      const world = await makeWorld({ trust: listed })
      const kept = await keptGrant(world, { ...inMission, generation })
      const without = { ...inMission, generation, mission: undefined } as unknown as Grant
      expect(await resumption(world, world.agent, kept, without, 'mission-only')).toBe('403 mission_mismatch')
    },
  )

  it.each(generations)('for another person is refused, in %s [X17, CLASS-4]', async (generation) => {
    const world = await makeWorld({ trust: listed })
    const kept = await keptGrant(world, { ...inMission, generation })
    const somebody = { ...inMission, generation, sub: 'person-2' }
    expect(await resumption(world, world.agent, kept, somebody, 'mission-only')).toBe('403 access_denied')
  })

  it.each(generations)(
    'after the termination of its mission is refused, in %s [X17, MISS-9]',
    async (generation) => {
      const world = await makeWorld({ trust: listed })
      const grant = { ...inMission, generation }
      const kept = await keptGrant(world, grant)
      const auth = await world.call(await world.agent.authToken(grant))
      await world.resource.missions.terminate(mission)
      expect(await outcome(assertGrant(auth, () => kept))).toBe('403 mission_terminated')
      expect(await outcome(world.call(await world.agent.authToken(grant)))).toBe('403 mission_terminated')
    },
  )

  it('in a mission with the same digest at another person server is refused [X14, X17, MISS-12]', async () => {
    const trust = { ...listed, personServers: [...listed.personServers, 'https://other-ps.example'] }
    const world = await makeWorld({ trust })
    const kept = await keptGrant(world, inMission)
    const elsewhere = await world.net.issuer('person-server', 'https://other-ps.example')
    const auth = await world.call(await world.agent.authToken(inMission, elsewhere))
    const going = assertGrant(auth, () => kept, { classPolicy: 'mission-only' })
    expect(await outcome(going)).toBe('403 mission_mismatch')
  })
})

describe('resuming a grant for another person', () => {
  it('of the same tenant is refused in draft 11, where the tenant does not identify the person [X15, CLASS-4]', async () => {
    const world = await makeWorld({ trust: listed })
    const acme = { ...inMission, tenant: 'acme' }
    const kept = await keptGrant(world, acme)
    expect(await resumption(world, world.agent, kept, { ...acme, sub: 'person-2' }, 'mission-only')).toBe(
      '403 access_denied',
    )
    const moved = { ...inMission, tenant: 'elsewhere' }
    expect(await resumption(world, world.agent, kept, moved, 'mission-only')).toBe('200')
  })

  it('with the same name in another tenant is refused before draft 11 [X15, CLASS-4]', async () => {
    const world = await makeWorld({ trust: listed })
    const kept = await keptGrant(world, { ...old, tenant: 'acme' })
    expect(await resumption(world, world.agent, kept, { ...old, tenant: 'evil' })).toBe('403 access_denied')
  })

  it('with the same name in the other generation is refused under the same mission [X15, CLASS-4]', async () => {
    const world = await makeWorld({ trust: listed })
    const kept = await keptGrant(world, old)
    expect(await resumption(world, world.agent, kept, inMission, 'mission-only')).toBe('403 access_denied')
  })

  it('with the same name at the access server is refused before draft 11 [X15, CLASS-4]', async () => {
    const world = await makeWorld({ accessServer: 'https://as.example', acceptPersonServerTokens: true })
    const kept = await keptGrant(world, old)
    const auth = await world.call(await world.agent.authToken(old, world.net.accessServer))
    expect(await outcome(assertGrant(auth, () => kept))).toBe('403 access_denied')
  })
})
