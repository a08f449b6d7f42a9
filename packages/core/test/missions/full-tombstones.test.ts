import type { TombstoneStore } from '@aauth-guard/core'
import type { MissionAnswer } from '@aauth-guard/core/missions'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { active, down, gate, makeWatchedWorld, settled, terminated } from './watched.ts'

afterEach(() => vi.restoreAllMocks())

const tombstones: TombstoneStore = { find: () => 'full', add: () => 'full' }
const makeFull = () => makeWatchedWorld({}, { stores: { tombstones } })

describe('a person server whose tombstones are full', () => {
  it('is asked for each request, and no "active" answer is kept [MISS-9]', async () => {
    const world = await makeFull()
    expect([await world.post(), await world.post(), await world.get()]).toEqual(['200', '200', '200'])
    expect(world.asked).toEqual([s256, s256, s256])
  })

  it('leads to 403 when the source says terminated, although that cannot be recorded [MISS-9]', async () => {
    const world = await makeFull()
    world.says(() => terminated)
    expect([await world.post(), await world.get()]).toEqual(Array(2).fill('403 mission_terminated'))
  })

  it('leads to no stale answer, even for a safe method [MISS-9]', async () => {
    let full = false
    const find: TombstoneStore['find'] = () => (full ? 'full' : undefined)
    const world = await makeWatchedWorld({}, { stores: { tombstones: { find, add: () => 'full' } } })
    expect(await world.get()).toBe('200')
    full = true
    world.says(down)
    expect(await world.get()).toMatch(/^503 server_error/)
  })

  it('has a mission asked for again once there is room, although it was found active before [MISS-9]', async () => {
    let full = true
    const find: TombstoneStore['find'] = () => (full ? 'full' : undefined)
    const world = await makeWatchedWorld({}, { stores: { tombstones: { find, add: () => 'full' } } })
    expect(await world.post()).toBe('200')
    full = false
    world.says(() => terminated)
    expect(await world.post()).toBe('403 mission_terminated')
  })

  it.each([
    [1000, 1],
    [1001, 2],
  ])(
    'lets a request share a question sent %d ms before or ask again: %d questions',
    async (milliseconds, questions) => {
      const find = vi.fn<TombstoneStore['find']>(() => 'full')
      const world = await makeWatchedWorld({}, { stores: { tombstones: { find, add: () => 'full' } } })
      const answer = gate<MissionAnswer>()
      world.says(() => answer.promise)
      const clock = vi.spyOn(performance, 'now').mockReturnValue(5000)
      const first = world.post()
      await vi.waitFor(() => expect(world.asked).toHaveLength(1), { timeout: 60_000 })
      clock.mockReturnValue(5000 + milliseconds)
      const second = world.post()
      // The mission is asked for right after its tombstone.
      await vi.waitFor(() => expect(find).toHaveBeenCalledTimes(2), { timeout: 60_000 })
      await settled()
      // A decision that took over a second is checked again, which is not what this is about.
      clock.mockReturnValue(5000)
      answer.open(active)
      expect(await Promise.all([first, second])).toEqual(['200', '200'])
      expect(world.asked).toHaveLength(questions)
    },
  )

  it('does not keep status() from returning the current answer of the source', async () => {
    const world = await makeFull()
    expect(await world.resource.missions.status(mission)).toEqual({ status: 'active' })
    world.says(() => terminated)
    expect(await world.resource.missions.status(mission)).toMatchObject({ status: 'terminated' })
  })

  it('makes terminate() reject with a RangeError, even with a source [MISS-9]', async () => {
    const world = await makeFull()
    await expect(world.resource.missions.terminate(mission)).rejects.toBeInstanceOf(RangeError)
  })

  it('leads to 503 when there is no source', async () => {
    const world = await makeWorld({ stores: { tombstones } })
    const token = await world.agent.authToken({ scope: 'access', mission: s256 })
    expect((await world.refusal(token)).status).toBe(503)
  })
})
