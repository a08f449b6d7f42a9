import type { TombstoneStore } from '@aauth-guard/core'
import type { MissionAnswer } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { describe, expect, it } from 'vitest'
import {
  active,
  down,
  gate,
  generations,
  granted,
  makeWatchedWorld,
  settled,
  terminated,
  type WatchedWorld,
} from './watched.ts'

describe('a "terminated" answer', () => {
  it.each(generations)(
    'refuses the request that waited for it, with its reason, in %s [MISS-9]',
    async (generation) => {
      const world = await makeWatchedWorld()
      world.says(() => ({ ...terminated, reason: 'superseded' }))
      const { status, headers, problem } = await world.refusal(
        await world.agent.authToken(granted({ generation })),
      )
      expect([status, headers, problem.mission_status, problem.termination_reason]).toEqual([
        403,
        { 'cache-control': 'no-store' },
        'terminated',
        'superseded',
      ])
    },
  )

  it.each([7, null, '', 'a\nb', 'x'.repeat(129), {}])(
    'with the reason %j is passed on without a reason',
    async (reason) => {
      const world = await makeWatchedWorld()
      world.says(() => ({ ...terminated, reason: reason as string }))
      const { problem } = await world.refusal(world.token)
      expect([problem.mission_status, problem.termination_reason]).toEqual(['terminated', undefined])
    },
  )

  it('is permanent, even if the source takes it back [L06]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    await world.post()
    world.says(() => active)
    world.net.clock.advance(3000)
    expect(await world.post()).toBe('403 mission_terminated')
    expect(world.asked).toEqual([s256])
  })

  it('is permanent, even if the source fails [L06]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    await world.get()
    world.says(down)
    expect(await world.get()).toBe('403 mission_terminated')
  })

  it('takes precedence over the last "active" answer, even for safe methods', async () => {
    const world = await makeWatchedWorld()
    await world.get()
    world.says(() => terminated)
    world.net.clock.advance(30)
    expect(await world.get()).toBe('403 mission_terminated')
  })
})

describe('a termination during the lifetime of an "active" answer', () => {
  it.each(['get', 'post'] as const)('leads to a refusal at once: %s [MISS-9]', async (method) => {
    const world = await makeWatchedWorld()
    await world[method]()
    await world.resource.missions.terminate(mission)
    expect(await world[method]()).toBe('403 mission_terminated')
    expect(world.asked).toEqual([s256])
  })
})

describe('a termination during a request to the source', () => {
  async function asking(stores?: { readonly tombstones: TombstoneStore }) {
    const world = await makeWatchedWorld({}, stores && { stores })
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const asked = world.nextAsked()
    const waiting = world.post()
    await asked
    return { world, said, waiting }
  }

  it('takes precedence over the "active" answer that arrives later [L06]', async () => {
    const { world, said, waiting } = await asking()
    await world.resource.missions.terminate(mission, 'revoked')
    said.open(active)
    expect(await waiting).toBe('403 mission_terminated')
  })

  it('is answered with its reason', async () => {
    const { world, said, waiting } = await asking()
    await world.resource.missions.terminate(mission, 'revoked')
    said.open(active)
    await waiting
    expect(world.refusals[0]?.problem.termination_reason).toBe('revoked')
  })

  it('does not wait for the answer', async () => {
    const { world, waiting } = await asking()
    await world.resource.missions.terminate(mission)
    expect(await world.get()).toBe('403 mission_terminated')
    void waiting
  })

  /** Remembers nothing, so that a kept answer would show. */
  const forgetful: TombstoneStore = { find: () => undefined, add: () => 'recorded' }

  it('prevents that the answer is kept', async () => {
    const { world, said, waiting } = await asking({ tombstones: forgetful })
    await world.resource.missions.terminate(mission)
    said.open(active)
    await waiting
    await world.post()
    expect(world.asked).toEqual([s256, s256])
  })

  it('prevents that answers during the call of the store are kept, even if the store then fails', async () => {
    const told = gate<'recorded'>()
    const tombstones: TombstoneStore = { find: () => undefined, add: () => told.promise }
    const world = await makeWatchedWorld({}, { stores: { tombstones } })
    const ending = world.resource.missions
      .terminate(mission)
      .catch((error: Error) => (error.cause as Error).message)
    await settled()
    await world.post()
    told.fail(new Error('no store'))
    expect(await ending).toBe('no store')
    await world.post()
    expect(world.asked).toEqual([s256, s256])
  })

  it('of another mission changes nothing', async () => {
    const { world, said, waiting } = await asking()
    await world.resource.missions.terminate({ ...mission, s256: zeroOctets })
    said.open(active)
    expect(await waiting).toBe('200')
    await world.post()
    expect(world.asked).toEqual([s256])
  })
})

describe('a suspected termination', () => {
  it.each(['get', 'post'] as const)(
    'that could not be recorded leaves no stale answer for %s',
    async (method) => {
      const tombstones: TombstoneStore = { find: () => undefined, add: () => 'full' }
      const world: WatchedWorld = await makeWatchedWorld({}, { stores: { tombstones } })
      await world[method]()
      await world.resource.missions.terminate(mission).catch(() => undefined)
      world.says(down)
      expect(await world[method]()).toBe('503 server_error 3')
    },
  )
})
