import type { Auth } from '@aauth-guard/core'
import {
  assertGrant,
  type MissionGrant,
  mayResume,
  missionGrant,
  monitorMissions,
} from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { callAs, generations, outcome, ps } from './attempt.ts'
import { inMission, keptGrant, old, resumption } from './kept-grant.ts'

const ownClass = { class: { provider: 'https://agent.example' } }

describe('an agent of the same provider that works for another customer', () => {
  const customer = (world: World): Promise<Agent> => world.net.agent({ name: 'other-customer' })

  it('is refused on a route of its class when it guesses the digest and asserts the mission [X27, MISS-4]', async () => {
    const world = await makeWorld({ trust: listed })
    const other = await customer(world)
    const token = await other.authToken({ scope: 'access', generation: 'mission-header', sub: 'person-2' })
    const call = callAs(world, other, token, { mission, requirement: ownClass })
    expect(await outcome(call)).toBe('401 auth_token_required')
  })

  it('is refused when it guesses the digest and asserts the mission beside its agent token [X27, MISS-4, CLASS-1]', async () => {
    const world = await makeWorld({ trust: listed })
    const other = await customer(world)
    const call = callAs(world, other, await other.agentToken(), {
      mission,
      requirement: { accept: ['agent-token', 'auth-token'], ...ownClass },
    })
    expect(await outcome(call)).toBe('401 person_token_required')
  })

  it('cannot resume a grant by guessing the digest and asserting the mission [X27, MISS-4, MISS-11]', async () => {
    const world = await makeWorld({ trust: listed })
    const other = await customer(world)
    const kept = await keptGrant(world, old)
    const token = await other.authToken({ scope: 'access', generation: 'mission-header' })
    const auth = await callAs(world, other, token, { mission })
    expect(await outcome(assertGrant(auth, () => kept))).toBe('403 mission_mismatch')
  })

  it.each(generations)(
    'cannot resume a grant with a token for its own person in the mission, in %s [X27, CLASS-4]',
    async (generation) => {
      const world = await makeWorld({ trust: listed })
      const grant = { ...inMission, generation }
      const kept = await keptGrant(world, grant)
      const own = { ...grant, sub: 'person-2' }
      expect(await resumption(world, await customer(world), kept, own, 'mission-only')).toBe(
        '403 access_denied',
      )
    },
  )

  it('cannot resume a grant by asserting the mission beside a token of draft 11 [X27, MISS-8, MISS-11]', async () => {
    const world = await makeWorld({ trust: listed })
    const other = await customer(world)
    const kept = await keptGrant(world, inMission)
    const auth = await callAs(world, other, await other.authToken({ scope: 'access' }), { mission })
    const going = assertGrant(auth, () => kept, { classPolicy: 'mission-only' })
    expect(await outcome(going)).toBe('403 mission_mismatch')
  })
})

describe('an intermediary that inherits the mission of its caller', () => {
  const mail = 'https://mail.example'

  /** An API that makes further calls, and the person token its person server gives it for that (draft 11 §10.1). */
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

  it('is refused on a route of the class of its caller, in draft 11 [X28, CLASS-2]', async () => {
    const world = await makeWorld({ trust: listed })
    const { intermediary, token } = await makeChain(world)
    const call = (requirement: object) =>
      outcome(callAs(world, intermediary, token, { requirement: { ...personRoute, ...requirement } }))
    expect([await call({ mission: 'required' }), await call(ownClass)]).toEqual([
      '200',
      '403 class_unverifiable',
    ])
  })

  /** The grant of the caller, and the intermediary with the token in which it inherited the mission. */
  async function makeResumption(
    world: World,
  ): Promise<{ readonly kept: MissionGrant; readonly auth: Auth; readonly intermediary: Agent }> {
    const caller = await world.call(await world.agent.personToken({ mission: s256 }), {
      requirement: personRoute,
    })
    const { intermediary, token } = await makeChain(world)
    const auth = await callAs(world, intermediary, token, { requirement: personRoute })
    // The same person, who has another "sub" in this token.
    return { kept: { ...missionGrant(caller), person: missionGrant(auth).person }, auth, intermediary }
  }

  it.each(['deny', 'same-key', 'linked-key'] as const)(
    'cannot resume the grant of its caller with a token of draft 11 under %s [X28, CLASS-2]',
    async (classPolicy) => {
      const { kept, auth } = await makeResumption(await makeWorld({ trust: listed }))
      expect(await outcome(assertGrant(auth, () => kept, { classPolicy }))).toBe('403 class_unverifiable')
    },
  )

  it('cannot resume the grant of its caller with a token of draft 11 when no class policy is set [X28, CLASS-2]', async () => {
    const { kept, auth } = await makeResumption(await makeWorld({ trust: listed }))
    expect(await outcome(assertGrant(auth, () => kept))).toBe('403 class_unverifiable')
    expect(mayResume(kept, auth)).toBe('class_unknown')
  })

  it('has a class mismatch when linked keys show that it belongs to another provider [X28, CLASS-3]', async () => {
    const world = await makeWorld({ trust: listed, missions: monitorMissions({ linkedKeys: 300 }) })
    await world.call(await world.agent.agentToken(), { requirement: agentRoute })
    const { kept, auth, intermediary } = await makeResumption(world)
    await callAs(world, intermediary, await intermediary.agentToken(), { requirement: agentRoute })
    const going = assertGrant(auth, () => kept, { classPolicy: 'linked-key' })
    expect(await outcome(going)).toBe('403 class_mismatch')
  })

  it('has a class mismatch in drafts 01 to 10, even if its token names the agent it acts for [X28, CLASS-3]', async () => {
    const world = await makeWorld({ trust: listed })
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

describe('the class of a caller', () => {
  it.each(generations)('is not established without a mission, in %s [CLASS-1]', async (generation) => {
    const { agent, call } = await makeWorld({ trust: listed })
    const token = await agent.authToken({ scope: 'access', generation })
    expect(await outcome(call(token, { requirement: ownClass }))).toBe('403 mission_required')
  })

  it('is that of the host of the agent, compared in full and byte for byte [CLASS-3]', async () => {
    const { agent, call } = await makeWorld({ trust: listed })
    const near = ['https://agent.example.evil.example', 'https://evil.agent.example', 'https://gent.example']
    const found = near.map(async (one) =>
      outcome(call(await agent.authToken(old), { requirement: { class: { provider: one } } })),
    )
    expect(await Promise.all(found)).toEqual(near.map(() => '403 class_mismatch'))
  })
})
