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

describe('an answer "terminated"', () => {
  it.each(generations)(
    'refuses the request it was asked for, with its reason, in %s [MISS-9]',
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

  it.each([7, null, '', 'a\nb', 'x'.repeat(129), {}])('with the reason %j has none', async (reason) => {
    const world = await makeWatchedWorld()
    world.says(() => ({ ...terminated, reason: reason as string }))
    const { problem } = await world.refusal(world.token)
    expect([problem.mission_status, problem.termination_reason]).toEqual(['terminated', undefined])
  })

  it('is for good, also where the source takes it back [L06]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    await world.post()
    world.says(() => active)
    world.net.clock.advance(3000)
    expect(await world.post()).toBe('403 mission_terminated')
    expect(world.asked).toEqual([s256])
  })

  it('is for good, also where the source fails [L06]', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    await world.get()
    world.says(down)
    expect(await world.get()).toBe('403 mission_terminated')
  })

  it('wins over the last answer "active", also for safe methods', async () => {
    const world = await makeWatchedWorld()
    await world.get()
    world.says(() => terminated)
    world.net.clock.advance(30)
    expect(await world.get()).toBe('403 mission_terminated')
  })
})

describe('an end, while the answer "active" is good', () => {
  it.each(['get', 'post'] as const)('refuses at once: %s [MISS-9]', async (method) => {
    const world = await makeWatchedWorld()
    await world[method]()
    await world.resource.missions.terminate(mission)
    expect(await world[method]()).toBe('403 mission_terminated')
    expect(world.asked).toEqual([s256])
  })
})

describe('an end, while the source is asked', () => {
  async function asking(stores?: { readonly tombstones: TombstoneStore }) {
    const world = await makeWatchedWorld({}, stores && { stores })
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const asked = world.nextAsked()
    const waiting = world.post()
    await asked
    return { world, said, waiting }
  }

  it('wins over the answer "active" that comes afterwards [L06]', async () => {
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

  /** What nobody remembers is seen by what is asked for again. */
  const forgetful: TombstoneStore = { find: () => undefined, add: () => 'recorded' }

  it('has what the answer says not kept', async () => {
    const { world, said, waiting } = await asking({ tombstones: forgetful })
    await world.resource.missions.terminate(mission)
    said.open(active)
    await waiting
    await world.post()
    expect(world.asked).toEqual([s256, s256])
  })

  it('has what was said while the store was told not kept, also where the store then fails', async () => {
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

describe('doubt', () => {
  it.each(['get', 'post'] as const)(
    'after an end that could not be recorded leaves nothing to %s on',
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
