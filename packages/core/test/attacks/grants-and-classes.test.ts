import type { ClassPolicy } from '@aauth-guard/core'
import { demandGrant, type MissionGrant, missionGrant } from '@aauth-guard/core/missions'
import type { Agent, Grant } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeWorld, type World } from '../world.ts'
import {
  agentRoute,
  callAs,
  generations,
  mission,
  otherS256,
  outcome,
  personRoute,
  ps,
  s256,
  stranger,
} from './attempt.ts'

const inMission = { scope: 'access', mission: s256 } as const
const old = { ...inMission, generation: 'mission-header' } as const
const provider = 'https://agent.example'
const ownClass = { class: { provider } }

/** The grant of the agent of the world, as it comes back from a database. */
async function keptGrant(world: World, grant: Grant): Promise<MissionGrant> {
  const auth = await world.call(await world.agent.authToken(grant))
  return JSON.parse(JSON.stringify(missionGrant(auth)))
}

/** Whether `agent`, with a token of its own, may go on with `kept`. */
async function resumption(
  world: World,
  agent: Agent,
  kept: MissionGrant,
  grant: Grant,
  classPolicy?: ClassPolicy,
): Promise<string> {
  const auth = await callAs(world, agent, await agent.authToken(grant))
  return outcome(demandGrant(auth, () => kept, classPolicy && { classPolicy }))
}

describe('a grant that was taken from its mission', () => {
  it('is in the hands of an agent of another provider, in the same mission [X17, CLASS-3]', async () => {
    const world = await makeWorld()
    const kept = await keptGrant(world, old)
    expect(await resumption(world, world.agent, kept, old)).toBe('200')
    expect(await resumption(world, await stranger(world), kept, old)).toBe('403 class_mismatch')
  })

  it.each(['deny', 'same-key', 'linked-key'] as const)(
    'is in the hands of another agent, whose provider draft 11 does not tell, under %s [X17, CLASS-2]',
    async (policy) => {
      const world = await makeWorld()
      const kept = await keptGrant(world, inMission)
      expect(await resumption(world, await stranger(world), kept, inMission, policy)).toBe(
        '403 class_unverifiable',
      )
    },
  )

  it.each(generations)(
    'is in the hands of its own agent, in another mission, in %s [X17, MISS-11]',
    async (generation) => {
      const world = await makeWorld()
      const kept = await keptGrant(world, { ...inMission, generation })
      const elsewhere = { ...inMission, generation, mission: otherS256 }
      expect(await resumption(world, world.agent, kept, elsewhere, 'mission-only')).toBe(
        '403 mission_mismatch',
      )
    },
  )

  it.each(generations)(
    'is in the hands of its own agent, without a mission, in %s [X5, X17, MISS-11]',
    async (generation) => {
      const world = await makeWorld()
      const kept = await keptGrant(world, { ...inMission, generation })
      const without = { ...inMission, generation, mission: undefined } as unknown as Grant
      expect(await resumption(world, world.agent, kept, without, 'mission-only')).toBe('403 mission_mismatch')
    },
  )

  it.each(generations)('is in the hands of another person, in %s [X17, CLASS-4]', async (generation) => {
    const world = await makeWorld()
    const kept = await keptGrant(world, { ...inMission, generation })
    const somebody = { ...inMission, generation, sub: 'person-2' }
    expect(await resumption(world, world.agent, kept, somebody, 'mission-only')).toBe('403 access_denied')
  })

  it.each(generations)('is kept after the mission has ended, in %s [X17, MISS-9]', async (generation) => {
    const world = await makeWorld()
    const grant = { ...inMission, generation }
    const kept = await keptGrant(world, grant)
    const auth = await world.call(await world.agent.authToken(grant))
    await world.resource.missions.terminate(mission)
    expect(await outcome(demandGrant(auth, () => kept))).toBe('403 mission_terminated')
    expect(await outcome(world.call(await world.agent.authToken(grant)))).toBe('403 mission_terminated')
  })

  it('is taken up by the server of a digest that looks the same [X14, X17, MISS-12]', async () => {
    const world = await makeWorld()
    const kept = await keptGrant(world, inMission)
    const elsewhere = await world.net.issuer('person-server', 'https://other-ps.example')
    const auth = await world.call(await world.agent.authToken(inMission, elsewhere))
    const going = demandGrant(auth, () => kept, { classPolicy: 'mission-only' })
    expect(await outcome(going)).toBe('403 mission_mismatch')
  })
})

describe('a person that is taken for another', () => {
  it('is of the same tenant, which names nobody in draft 11 [X15, CLASS-4]', async () => {
    const world = await makeWorld()
    const acme = { ...inMission, tenant: 'acme' }
    const kept = await keptGrant(world, acme)
    expect(await resumption(world, world.agent, kept, { ...acme, sub: 'person-2' }, 'mission-only')).toBe(
      '403 access_denied',
    )
    const moved = { ...inMission, tenant: 'elsewhere' }
    expect(await resumption(world, world.agent, kept, moved, 'mission-only')).toBe('200')
  })

  it('has the same name in another tenant, which is part of it before draft 11 [X15, CLASS-4]', async () => {
    const world = await makeWorld()
    const kept = await keptGrant(world, { ...old, tenant: 'acme' })
    expect(await resumption(world, world.agent, kept, { ...old, tenant: 'evil' })).toBe('403 access_denied')
  })

  it('has the same name in the other generation, under one mission [X15, CLASS-4]', async () => {
    const world = await makeWorld()
    const kept = await keptGrant(world, old)
    expect(await resumption(world, world.agent, kept, inMission, 'mission-only')).toBe('403 access_denied')
  })

  it('has the same name at the access server, before draft 11 [X15, CLASS-4]', async () => {
    const world = await makeWorld({ accessServer: 'https://as.example', acceptPersonServerTokens: true })
    const kept = await keptGrant(world, old)
    const auth = await world.call(await world.agent.authToken(old, world.net.accessServer))
    expect(await outcome(demandGrant(auth, () => kept))).toBe('403 access_denied')
  })
})

describe('an agent of the same provider that works for another customer', () => {
  const customer = (world: World): Promise<Agent> => world.net.agent({ name: 'other-customer' })

  it('guesses the digest and asserts it, on the route of its class [X27, MISS-4]', async () => {
    const world = await makeWorld()
    const other = await customer(world)
    const token = await other.authToken({ scope: 'access', generation: 'mission-header', sub: 'person-2' })
    const call = callAs(world, other, token, { mission, requirement: ownClass })
    expect(await outcome(call)).toBe('401 auth_token_required')
  })

  it('guesses the digest and asserts it with its agent token [X27, MISS-4, CLASS-1]', async () => {
    const world = await makeWorld()
    const other = await customer(world)
    const call = callAs(world, other, await other.agentToken(), {
      mission,
      requirement: { ...agentRoute, ...ownClass },
    })
    expect(await outcome(call)).toBe('403 mission_required')
  })

  it('guesses the digest and asserts it, to go on with a grant [X27, MISS-4, MISS-11]', async () => {
    const world = await makeWorld()
    const other = await customer(world)
    const kept = await keptGrant(world, old)
    const token = await other.authToken({ scope: 'access', generation: 'mission-header' })
    const auth = await callAs(world, other, token, { mission })
    expect(await outcome(demandGrant(auth, () => kept))).toBe('403 mission_mismatch')
  })

  it.each(generations)(
    'has the mission in its token, for its own person, in %s [X27, CLASS-4]',
    async (generation) => {
      const world = await makeWorld()
      const grant = { ...inMission, generation }
      const kept = await keptGrant(world, grant)
      const own = { ...grant, sub: 'person-2' }
      expect(await resumption(world, await customer(world), kept, own, 'mission-only')).toBe(
        '403 access_denied',
      )
    },
  )

  it('guesses the digest and asserts it beside a token of draft 11, to go on with a grant [X27, MISS-8, MISS-11]', async () => {
    const world = await makeWorld()
    const other = await customer(world)
    const kept = await keptGrant(world, inMission)
    const auth = await callAs(world, other, await other.authToken({ scope: 'access' }), { mission })
    const going = demandGrant(auth, () => kept, { classPolicy: 'mission-only' })
    expect(await outcome(going)).toBe('403 mission_mismatch')
  })
})

describe('an intermediary that inherited the mission of its caller', () => {
  const mail = 'https://mail.example'

  /** An API that calls on, and the person token its person server gives it for that (draft 11 §10.1). */
  async function makeChain(world: World): Promise<{ readonly intermediary: Agent; readonly token: string }> {
    const intermediary = await world.net.agent({
      name: 'mail',
      provider: await world.net.issuer('agent-provider', mail),
    })
    const upstream = await world.agent.personToken({ aud: mail, mission: s256 })
    const response = await intermediary.fetch(
      `${ps}/person-token`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource: world.net.resource, upstream_token: upstream }),
      },
      { token: await intermediary.agentToken(), digest: true },
    )
    const { person_token: token } = (await response.json()) as { person_token: string }
    return { intermediary, token }
  }

  it('has it in a token of draft 11, on the route of the class of its caller [X28, CLASS-2]', async () => {
    const world = await makeWorld()
    const { intermediary, token } = await makeChain(world)
    const call = (requirement: object) =>
      outcome(callAs(world, intermediary, token, { requirement: { ...personRoute, ...requirement } }))
    expect([await call({ mission: 'required' }), await call(ownClass)]).toEqual([
      '200',
      '403 class_unverifiable',
    ])
  })

  it.each(['deny', 'same-key', 'linked-key'] as const)(
    'has it in a token of draft 11, to go on with the grant of its caller under %s [X28, CLASS-2]',
    async (classPolicy) => {
      const world = await makeWorld()
      const caller = await world.call(await world.agent.personToken({ mission: s256 }), {
        requirement: personRoute,
      })
      const { intermediary, token } = await makeChain(world)
      const auth = await callAs(world, intermediary, token, { requirement: personRoute })
      const kept = { ...missionGrant(caller), person: null }
      expect(await outcome(demandGrant(auth, () => kept, { classPolicy }))).toBe('403 class_unverifiable')
    },
  )

  it('has it in a token of drafts 01 to 10 that names whom it acts for [X28, CLASS-3]', async () => {
    const world = await makeWorld()
    const { intermediary } = await makeChain(world)
    const kept = await keptGrant(world, old)
    const delegated = { ...old, claims: { act: { agent: world.agent.id } } }
    const token = await intermediary.authToken(delegated)
    expect(await outcome(callAs(world, intermediary, token, { requirement: ownClass }))).toBe(
      '403 class_mismatch',
    )
    expect(await resumption(world, intermediary, kept, delegated)).toBe('403 class_mismatch')
  })
})

describe('a class', () => {
  it.each(generations)('is none without a mission, in %s [CLASS-1]', async (generation) => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope: 'access', generation })
    expect(await outcome(call(token, { requirement: ownClass }))).toBe('403 mission_required')
  })

  it('is that of the host of the agent, in full and byte for byte [CLASS-3]', async () => {
    const { agent, call } = await makeWorld()
    const near = ['https://agent.example.evil.example', 'https://evil.agent.example', 'https://gent.example']
    const found = near.map(async (one) =>
      outcome(call(await agent.authToken(old), { requirement: { class: { provider: one } } })),
    )
    expect(await Promise.all(found)).toEqual(near.map(() => '403 class_mismatch'))
  })
})
