import { otherS256, s256 } from '@aauth-guard/fixtures/missions'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { now } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { active, digest, down, generations, granted, makeWatchedWorld, terminated } from './watched.ts'

afterEach(() => vi.restoreAllMocks())

const leastJitter = () => vi.spyOn(Math, 'random').mockReturnValue(0)
const mostJitter = () => vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON)

describe('a source', () => {
  it.each(generations)('is asked for the mission of an auth token of %s', async (generation) => {
    const world = await makeWatchedWorld()
    expect(await world.post({ token: await world.agent.authToken(granted({ generation })) })).toBe('200')
    expect(world.asked).toEqual([s256])
  })

  it('is asked for the mission of a person token', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    const token = await world.agent.personToken({ mission: s256 })
    expect(await world.post({ token, requirement: anyKind })).toBe('403 mission_terminated')
  })

  it('gets the mission and nothing else of the token', async () => {
    const world = await makeWatchedWorld()
    const told: unknown[] = []
    world.says((mission) => {
      told.push(mission)
      return active
    })
    await world.post()
    expect(told).toEqual([{ approver: 'https://ps.example', s256 }])
  })

  it('is not asked for a token without mission', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    expect(await world.post({ token: await world.agent.authToken({ scope: 'access' }) })).toBe('200')
    expect(world.asked).toEqual([])
  })

  it('is not asked for a mission that is only asserted [MISS-3]', async () => {
    const world = await makeWatchedWorld()
    const mission = { approver: 'https://ps.example', s256 }
    const token = await world.agent.agentToken()
    await world.post({ token, mission, requirement: { accept: 'agent-token' } })
    expect(world.asked).toEqual([])
  })

  it('is not asked for a token that does not verify', async () => {
    const world = await makeWatchedWorld()
    await world.post({ mistake: 'wrong-key' })
    expect(world.asked).toEqual([])
  })

  it('is not asked for missions of a person server that trust excludes: 503', async () => {
    const world = await makeWatchedWorld(
      {},
      { accessServer: 'https://as.example', trust: { agentProviders: 'any' } },
    )
    const token = await world.agent.authToken(granted(), world.net.accessServer)
    expect(await world.post({ token })).toBe('503 server_error 3')
    expect(world.asked).toEqual([])
  })
})

describe('an "active" answer', () => {
  it('counts for all requests of the next seconds', async () => {
    const world = await makeWatchedWorld()
    for (let i = 0; i < 5; i++) expect(await world.post()).toBe('200')
    expect(world.asked).toEqual([s256])
  })

  it('counts for one mission only', async () => {
    const world = await makeWatchedWorld()
    await world.post()
    world.says(down)
    const token = await world.agent.authToken(granted({ mission: otherS256 }))
    expect(await world.post({ token })).toBe('503 server_error 3')
  })

  it('counts for one person server only [MISS-12]', async () => {
    const world = await makeWatchedWorld()
    await world.post()
    world.says(down)
    const personServer = await world.net.issuer('person-server', 'https://other-ps.example')
    const token = await world.agent.authToken(granted(), personServer)
    expect(await world.post({ token })).toBe('503 server_error 3')
  })

  it.each([
    [undefined, 29, '200'],
    [undefined, 30, '503 server_error 3'],
    [5, 4, '200'],
    [5, 5, '503 server_error 3'],
  ])('with activeTtl %s gives after %d s: %s', async (activeTtl, seconds, expected) => {
    leastJitter()
    const world = await makeWatchedWorld(activeTtl === undefined ? {} : { activeTtl })
    await world.post()
    world.says(down)
    world.net.clock.advance(seconds)
    expect(await world.post()).toBe(expected)
  })

  it.each([
    [26, '200'],
    [27, '503 server_error 3'],
  ])('is kept for up to a tenth less and never longer: after %d s %s', async (seconds, expected) => {
    mostJitter()
    const world = await makeWatchedWorld()
    await world.post()
    world.says(down)
    world.net.clock.advance(seconds)
    expect(await world.post()).toBe(expected)
  })

  it('counts from when it was requested, not from when it arrived', async () => {
    leastJitter()
    const world = await makeWatchedWorld()
    world.says(() => {
      world.net.clock.advance(20)
      return active
    })
    await world.post()
    world.says(down)
    world.net.clock.advance(10)
    expect(await world.post()).toBe('503 server_error 3')
  })

  it('that took longer than its lifetime does not count', async () => {
    const world = await makeWatchedWorld()
    world.says(() => {
      world.net.clock.advance(31)
      return active
    })
    expect(await world.post()).toBe('503 server_error 3')
  })

  it('counts for the request that waited when a clock of whole seconds has just ticked, and for no other', async () => {
    const world = await makeWatchedWorld({ activeTtl: 1 })
    world.says(() => {
      world.net.clock.advance(1)
      return active
    })
    expect([await world.post(), await world.post()]).toEqual(['200', '200'])
    expect(world.asked).toEqual([s256, s256])
  })

  it('is waited for no longer than nine tenths of its lifetime', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => timeout.mockRestore())
    await (await makeWatchedWorld({ activeTtl: 1, deadline: 2000 })).post()
    await (await makeWatchedWorld({ activeTtl: 30, deadline: 2000 })).post()
    const waits = timeout.mock.calls.map(([milliseconds]) => milliseconds)
    expect(waits.filter((wait) => wait === 900 || wait === 2000)).toEqual([900, 2000])
  })

  it('is requested again when it is over [L09]', async () => {
    const world = await makeWatchedWorld()
    await world.post()
    world.net.clock.advance(30)
    expect(await world.post()).toBe('200')
    expect(world.asked).toEqual([s256, s256])
  })

  it('does not count after the clock went back, for any method [C12]', async () => {
    const world = await makeWatchedWorld()
    await world.post()
    world.says(down)
    world.net.clock.set(now - 1)
    const token = await world.agent.authToken(granted())
    expect([await world.post({ token }), await world.get({ token })]).toEqual([
      '503 server_error 3',
      '503 server_error 3',
    ])
  })

  it('is kept for a limited number of missions [L08]', async () => {
    const world = await makeWatchedWorld({ maxMissions: 2 })
    for (const name of [1, 2, 3, 2, 3, 1])
      await world.post({ token: await world.agent.authToken(granted({ mission: digest(name) })) })
    expect(world.asked).toEqual([1, 2, 3, 1].map(digest))
  })
})

describe('freshUntil', () => {
  it.each([
    ['post', 9, '200'],
    ['post', 10, '503 server_error 3'],
    ['get', 9, '200'],
    ['get', 10, '503 server_error 3'],
  ] as const)(
    'shortens an answer, whatever the method: %s after %d s %s',
    async (method, seconds, expected) => {
      const world = await makeWatchedWorld()
      world.says(() => ({ ...active, freshUntil: now + 10 }))
      await world.post()
      world.says(down)
      world.net.clock.advance(seconds)
      expect(await world[method]()).toBe(expected)
    },
  )

  it('does not make an answer live longer', async () => {
    const world = await makeWatchedWorld()
    world.says(() => ({ ...active, freshUntil: now + 1000 }))
    await world.post()
    world.says(down)
    world.net.clock.advance(30)
    expect(await world.post()).toBe('503 server_error 3')
  })

  it.each([
    [200, 199, '200'],
    [200, 200, '503 server_error 3'],
    [1000, 299, '200'],
    [1000, 300, '503 server_error 3'],
  ])(
    'of %d s limits the stale answers for safe methods, and never lengthens them: after %d s %s',
    async (fresh, seconds, expected) => {
      const world = await makeWatchedWorld()
      world.says(() => ({ ...active, freshUntil: now + fresh }))
      await world.get()
      world.says(down)
      world.net.clock.advance(seconds)
      expect(await world.get()).toBe(expected)
    },
  )

  it.each([now, now - 1, now + 0.9, 0, -1])('of %d makes the answer stale: 503', async (freshUntil) => {
    const world = await makeWatchedWorld()
    world.says(() => ({ ...active, freshUntil }))
    expect([await world.post(), await world.get()]).toEqual(['503 server_error 3', '503 server_error 3'])
  })

  it('that passed while the answer was under way makes it stale', async () => {
    const world = await makeWatchedWorld()
    world.says(() => {
      world.net.clock.advance(5)
      return { ...active, freshUntil: now + 5 }
    })
    expect(await world.post()).toBe('503 server_error 3')
  })
})
