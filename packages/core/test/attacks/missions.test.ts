import { type AnyRequirement, type Auth, issueResourceToken } from '@aauth-guard/core'
import { verifyResourceToken } from '@aauth-guard/core/exchange'
import { fetchGuard } from '@aauth-guard/core/fetch'
import { answerOfStepUp, challenged, notes, verified } from '@aauth-guard/fixtures/issued'
import { mission, otherS256, s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute, anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { listed, makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { makeScene, verdict } from '../exchange/scene.ts'
import { generations, missionRoute, outcome, ps } from './attempt.ts'

const scope = 'access'
const otherPs = 'https://other-ps.example'
const old = { scope, generation: 'mission-header' } as const

describe('a caller that leaves out its mission', () => {
  const personInMission = { ...personRoute, ...missionRoute }
  it.each<[string, (world: World) => Promise<string>, AnyRequirement]>([
    ['an auth token of drafts 01 to 10', ({ agent }) => agent.authToken(old), missionRoute],
    ['an auth token of draft 11', ({ agent }) => agent.authToken({ scope }), missionRoute],
    ['a person token', ({ agent }) => agent.personToken(), personInMission],
    [
      'an auth token, on the route of an approver',
      ({ agent }) => agent.authToken({ scope }),
      { mission: { approver: ps } },
    ],
    [
      'an auth token, on the route of a class',
      ({ agent }) => agent.authToken(old),
      { class: { provider: 'https://agent.example' } },
    ],
  ])('is refused with %s on a route that requires one [X5, MISS-10]', async (_, mint, requirement) => {
    const world = await makeWorld({ trust: listed })
    expect(await outcome(world.call(await mint(world), { requirement }))).toBe('403 mission_required')
  })

  it('is challenged for a token that carries it when it is only asserted in AAuth-Mission [X5, MISS-4, MISS-10]', async () => {
    const { agent, resource, refusal } = await makeWorld({
      ...notes,
      scopes: { access: 'All' },
      defaultScope: scope,
    })
    const refused = await refusal(await agent.authToken(old), { mission, requirement: missionRoute })
    expect([refused.status, refused.code]).toEqual([401, 'auth_token_required'])
    expect((await challenged(resource, refused)).payload.mission).toEqual(mission)
  })

  it('is refused when it asserts the mission beside a token of draft 11, where the header does not count [X5, MISS-8, MISS-10]', async () => {
    const { agent, call } = await makeWorld()
    const asserting = call(await agent.authToken({ scope }), { mission, requirement: missionRoute })
    expect(await outcome(asserting)).toBe('403 mission_required')
  })
})

describe('a resource token', () => {
  it('without the mission of the presented token is refused by the person server, in draft 11 [X6]', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const stripped = await resourceToken({ claims: { mission_s256: undefined } })
    expect(await verdict(verifyResourceToken(stripped, atPersonServer()))).toBe('invalid_resource_token')
  })

  it('without the mission of the presented token is refused by the access server, in draft 11 [X6]', async () => {
    const { resourceToken, atAccessServer } = await makeScene()
    const stripped = await resourceToken({ claims: { aud: 'https://as.example', mission_s256: undefined } })
    expect(await verdict(verifyResourceToken(stripped, atAccessServer()))).toBe('invalid_resource_token')
  })

  it.each<[string, 'mission' | 'mission_s256', (world: World) => Promise<Auth>]>([
    [
      'a person token',
      'mission_s256',
      async ({ agent, call }) =>
        call(await agent.personToken({ mission: s256 }), { requirement: personRoute }),
    ],
    [
      'an auth token of draft 11',
      'mission_s256',
      async ({ agent, call }) => call(await agent.authToken({ mission: s256 })),
    ],
    [
      'an auth token of drafts 01 to 10',
      'mission',
      async ({ agent, call }) => call(await agent.authToken({ ...old, mission: s256 })),
    ],
  ])(
    'that a handler asks for names the mission of %s and cannot leave it out [X6]',
    async (_, claim, calling) => {
      const world = await makeWorld(notes)
      const wanted = { scope: 'notes.write', mission: undefined, mission_s256: undefined }
      const token = await issueResourceToken(world.resource, await calling(world), wanted)
      const { payload } = await verified(world.resource, token)
      expect(payload[claim]).toEqual(claim === 'mission' ? mission : s256)
    },
  )

  it('of a step-up names the mission of the token, in draft 11 [X6]', async () => {
    const { agent, call, resource } = await makeWorld(notes)
    const auth = await call(await agent.authToken({ mission: s256 }))
    const refused = await answerOfStepUp(resource, auth, { scope: 'notes.write' })
    expect((await challenged(resource, refused)).payload.mission_s256).toBe(s256)
  })

  it('names the mission of a header that the signature covers, before draft 11 [X6]', async () => {
    const { agent, resource, refusal } = await makeWorld({ ...notes, generations: ['mission-header'] })
    const refused = await refusal(await agent.agentToken(), { mission })
    expect((await challenged(resource, refused)).payload.mission).toEqual(mission)
  })
})

describe('AAuth-Mission with another mission than the token', () => {
  it.each(generations)('is refused when it names another digest, in %s [X7, MISS-7]', async (generation) => {
    const { agent, call } = await makeWorld()
    const token = await agent.authToken({ scope, generation, mission: otherS256 })
    expect(await outcome(call(token, { mission }))).toBe('400 invalid_request')
  })

  it.each(generations)(
    'is refused when it names another approver, in %s [X7, MISS-7]',
    async (generation) => {
      const { agent, call } = await makeWorld()
      const token = await agent.authToken({ scope, generation, mission: s256 })
      expect(await outcome(call(token, { mission: { approver: otherPs, s256 } }))).toBe('400 invalid_request')
    },
  )

  it('is refused beside a person token [X7, MISS-8]', async () => {
    const { agent, call } = await makeWorld()
    const token = await agent.personToken({ mission: otherS256 })
    expect(await outcome(call(token, { mission, requirement: personRoute }))).toBe('400 invalid_request')
  })

  it.each<[string, AnyRequirement, (world: World) => Promise<string>]>([
    ['of drafts 01 to 10', {}, ({ agent }) => agent.authToken(old)],
    ['of draft 11', {}, ({ agent }) => agent.authToken({ scope })],
    ['of the agent alone', agentRoute, ({ agent }) => agent.agentToken()],
  ])(
    'is removed before the handler when the token %s has no mission [X7, MISS-13]',
    async (_, requirement, mint) => {
      const world = await makeWorld()
      const token = await mint(world)
      const guarded = fetchGuard(
        world.resource,
        requirement as never,
      )((request: Request, auth: Auth) =>
        Response.json([request.headers.get('aauth-mission'), auth.mission ?? null]),
      )
      const message = await world.agent.sign('https://notes.example/notes', {}, { token, mission })
      expect(await (await guarded(toRequest(message))).json()).toEqual([null, null])
    },
  )
})

describe('a person server that claims a mission of another person server', () => {
  it('is refused with an auth token of drafts 01 to 10 that names the other as approver [X14, MISS-6]', async () => {
    const { agent, net, call } = await makeWorld()
    const elsewhere = await net.issuer('person-server', otherPs)
    const token = await agent.authToken({ ...old, claims: { mission } }, elsewhere)
    expect(await outcome(call(token))).toBe('401 invalid_jwt')
  })

  it('is refused with an auth token of draft 11 that names the other as ps [X14, MISS-6]', async () => {
    const { agent, net, call } = await makeWorld()
    const elsewhere = await net.issuer('person-server', otherPs)
    const token = await agent.authToken({ scope, mission: s256, claims: { ps } }, elsewhere)
    expect(await outcome(call(token))).toBe('401 invalid_jwt')
  })

  it('is refused with a person token that names the other as ps [X14, MISS-6]', async () => {
    const { agent, net, call } = await makeWorld()
    const elsewhere = await net.issuer('person-server', otherPs)
    const token = await elsewhere.personToken(agent, { mission: s256, claims: { ps } })
    expect(await outcome(call(token, { requirement: personRoute }))).toBe('401 invalid_jwt')
  })

  it.each(generations)(
    'does not pass as the approver when its token has the same digest, in %s [X14, MISS-12]',
    async (generation) => {
      const { agent, net, call } = await makeWorld()
      const elsewhere = await net.issuer('person-server', otherPs)
      const token = await agent.authToken({ scope, generation, mission: s256 }, elsewhere)
      const requirement = { mission: { approver: ps } }
      expect(await outcome(call(token, { requirement }))).toBe('403 mission_mismatch')
    },
  )

  it.each(generations)(
    'terminates no mission of the other by terminating its own with the same digest, in %s [X14, MISS-12]',
    async (generation) => {
      const { agent, net, call, resource } = await makeWorld()
      await net.issuer('person-server', otherPs)
      await resource.missions.terminate({ approver: otherPs, s256 })
      expect(await outcome(call(await agent.authToken({ scope, generation, mission: s256 })))).toBe('200')
    },
  )

  it('terminates no mission of the other by answering in its place [X14, MISS-12]', async () => {
    const { agent, call, resource } = await makeWorld()
    const said = Response.json({ error: 'mission_terminated', mission_status: 'terminated' }, { status: 403 })
    Object.defineProperty(said, 'url', { value: `${otherPs}/mission` })
    expect(await resource.missions.observe(mission, said)).toBe(false)
    expect(await outcome(call(await agent.authToken({ scope, mission: s256 })))).toBe('200')
  })
})

describe('a terminated mission', () => {
  it.each<[string, (world: World) => Promise<string>]>([
    ['an auth token of drafts 01 to 10', ({ agent }) => agent.authToken({ ...old, mission: s256 })],
    ['an auth token of draft 11', ({ agent }) => agent.authToken({ scope, mission: s256 })],
    ['a person token', ({ agent }) => agent.personToken({ mission: s256 })],
  ])('is refused when it is in %s [MISS-9]', async (_, mint) => {
    const world = await makeWorld()
    const token = await mint(world)
    await world.call(token, { requirement: anyKind })
    await world.resource.missions.terminate(mission, 'completed')
    const { status, problem, headers } = await world.refusal(token, { requirement: anyKind })
    expect([status, problem.error, problem.mission_status, problem.termination_reason, headers]).toEqual([
      403,
      'mission_terminated',
      'terminated',
      'completed',
      { 'cache-control': 'no-store' },
    ])
  })

  it('gets the same answer as any other when a caller only asserts it [MISS-4, MISS-9]', async () => {
    const { agent, refusal, resource } = await makeWorld(notes)
    await resource.missions.terminate(mission, 'completed')
    const { code } = await refusal(await agent.authToken(old), { mission, requirement: missionRoute })
    expect(code).toBe('auth_token_required')
  })
})
