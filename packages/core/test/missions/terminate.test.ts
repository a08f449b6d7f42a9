import { answer } from '@aauth-guard/core'
import { callAs, refusalOf } from '@aauth-guard/fixtures/issued'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { generations, granted, verdict } from './watched.ts'

const ended = {
  status: 403,
  error: 'mission_terminated',
  detail: 'The mission of the token was terminated.',
  error_description: 'The mission of the token was terminated.',
  mission_status: 'terminated',
}

const tokens: readonly (readonly [string, (world: World) => Promise<string>])[] = [
  ...generations.map(
    (generation) =>
      [
        `an auth token of ${generation}`,
        ({ agent }: World) => agent.authToken(granted({ generation })),
      ] as const,
  ),
  ['a person token', ({ agent }) => agent.personToken({ mission: s256 })],
]

describe('a mission that was terminated', () => {
  it.each(tokens)(
    'is answered with 403, its status and its reason for %s [MISS-9, R11-285, R11-286]',
    async (_, mint) => {
      const world = await makeWorld()
      const token = await mint(world)
      await world.resource.missions.terminate(mission, 'completed')
      const refusal = await world.refusal(token, { requirement: anyKind })
      const { status, headers, body } = await answer(refusal)
      expect([status, headers, JSON.parse(body)]).toEqual([
        403,
        { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
        { ...ended, termination_reason: 'completed' },
      ])
    },
  )

  it.each(tokens)('was active before: %s', async (_, mint) => {
    const world = await makeWorld()
    expect(await verdict(world.call(await mint(world), { requirement: anyKind }))).toBe('200')
  })

  it('is answered without a reason when none is known [MISS-9]', async () => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission)
    const { problem } = await world.refusal(await world.agent.authToken(granted()))
    expect(problem).toEqual(ended)
  })

  it.each(['a', 'x'.repeat(128), ' ~'])('is answered with the unchanged reason %j', async (reason) => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission, reason)
    const { problem } = await world.refusal(await world.agent.authToken(granted()))
    expect(problem.termination_reason).toBe(reason)
  })

  it('keeps the first reason', async () => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission, 'revoked')
    await world.resource.missions.terminate(mission, 'completed')
    const { problem } = await world.refusal(await world.agent.authToken(granted()))
    expect(problem.termination_reason).toBe('revoked')
  })

  it('is terminated for every agent, key and person [MISS-9]', async () => {
    const world = await makeWorld()
    const provider = await world.net.issuer('agent-provider', 'https://other-agent.example')
    const other = await world.net.agent({ name: 'other', provider, alg: 'ES256' })
    await world.resource.missions.terminate(mission)
    const token = await other.authToken(granted({ sub: 'person-2' }))
    const { code } = await refusalOf(callAs(world, other, token, {}))
    expect(code).toBe('mission_terminated')
  })

  it('is terminated for the tokens of an access server [MISS-9]', async () => {
    const world = await makeWorld({ accessServer: 'https://as.example' })
    const token = await world.agent.authToken(granted(), world.net.accessServer)
    expect(await verdict(world.call(token))).toBe('200')
    await world.resource.missions.terminate(mission)
    expect(await verdict(world.call(token))).toBe('403 mission_terminated')
  })

  it.each(generations)('is terminated for tokens that are issued later, in %s [L06]', async (generation) => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission)
    world.net.clock.advance(86_400 * 365)
    const token = await world.agent.authToken(granted({ generation }))
    expect(await verdict(world.call(token))).toBe('403 mission_terminated')
  })

  it('is terminated at this resource only', async () => {
    const [here, elsewhere] = [await makeWorld(), await makeWorld()]
    await here.resource.missions.terminate(mission)
    expect(await verdict(elsewhere.call(await elsewhere.agent.authToken(granted())))).toBe('200')
  })

  it.each(['GET', 'HEAD', 'POST', 'DELETE'])('is refused for %s', async (method) => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission)
    const token = await world.agent.authToken(granted())
    expect(await verdict(world.call(token, { method }))).toBe('403 mission_terminated')
  })
})

describe('a termination does not affect', () => {
  it('a mission with the same digest at another person server [MISS-12]', async () => {
    const world = await makeWorld()
    const personServer = await world.net.issuer('person-server', 'https://other-ps.example')
    await world.resource.missions.terminate({ approver: personServer.id, s256 })
    expect(await verdict(world.call(await world.agent.authToken(granted())))).toBe('200')
  })

  it('another mission of the same person server', async () => {
    const world = await makeWorld()
    await world.resource.missions.terminate({ ...mission, s256: zeroOctets })
    expect(await verdict(world.call(await world.agent.authToken(granted())))).toBe('200')
  })

  it('a token without a mission', async () => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission)
    expect(await verdict(world.call(await world.agent.authToken({ scope: 'access' })))).toBe('200')
  })
})

describe('on an optional route', () => {
  const requirement = { optional: true } as const

  it('a terminated mission is refused', async () => {
    const world = await makeWorld()
    await world.resource.missions.terminate(mission)
    const token = await world.agent.authToken(granted())
    expect(await verdict(world.call(token, { requirement }))).toBe('403 mission_terminated')
  })
})
