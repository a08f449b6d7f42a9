import type { MissionAnswer } from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  active,
  digest,
  down,
  gate,
  granted,
  makeWatchedWorld,
  settled,
  terminated,
  verdict,
} from './watched.ts'

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => vi.restoreAllMocks())

/** Tombstones that tell when so many requests have asked for them. */
function counted() {
  let found = 0
  const find = (): undefined => {
    found += 1
  }
  return {
    stores: { tombstones: { find, add: () => 'recorded' as const } },
    reach: (count: number) => vi.waitFor(() => expect(found).toBe(count), { timeout: 60_000 }),
  }
}

const times = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

/** A world with an answer of some age, whose source waits for a gate with the next one. */
async function aged(seconds: number, options: Parameters<typeof makeWatchedWorld>[1] = {}) {
  const world = await makeWatchedWorld({}, options)
  await world.post()
  const said = gate<MissionAnswer>()
  world.says(() => said.promise)
  world.net.clock.advance(seconds)
  return { world, said }
}

describe('any number of requests at once', () => {
  it('cause one request for one mission', async () => {
    const { stores, reach } = counted()
    const world = await makeWatchedWorld({}, { stores })
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    const calls = times(50, () => world.post())
    await reach(50)
    said.open(active)
    expect(new Set(await calls)).toEqual(new Set(['200']))
    expect(world.asked).toEqual([s256])
  })

  it('are all refused by one "terminated" answer', async () => {
    const world = await makeWatchedWorld()
    world.says(() => terminated)
    const calls = await times(20, () => world.post())
    expect(new Set(calls)).toEqual(new Set(['403 mission_terminated']))
  })

  it('are all refused when the one request fails', async () => {
    const world = await makeWatchedWorld()
    world.says(down)
    expect(new Set(await times(20, () => world.post()))).toEqual(new Set(['503 server_error 3']))
    expect(world.asked).toEqual([s256])
  })

  it('cause one request for each of several missions', async () => {
    const world = await makeWatchedWorld()
    await times(20, async (i) =>
      world.post({ token: await world.agent.authToken(granted({ mission: digest(i % 2) })) }),
    )
    expect([...world.asked].sort()).toEqual([digest(0), digest(1)])
  })
})

describe('an answer that is still fresh', () => {
  it('is not requested again before seven tenths of its lifetime', async () => {
    const { world } = await aged(20)
    expect(await world.post()).toBe('200')
    expect(world.asked).toEqual([s256])
  })

  it('is requested once after that, in the background', async () => {
    const { world } = await aged(21)
    expect(new Set(await times(20, () => world.post()))).toEqual(new Set(['200']))
    expect(world.asked).toEqual([s256, s256])
  })

  it('is replaced by the next one, with a full lifetime', async () => {
    const { world, said } = await aged(21)
    await world.post()
    said.open(active)
    await settled()
    world.says(down)
    world.net.clock.advance(29)
    expect(await world.post()).toBe('200')
  })

  it('does not count when the next one says that the mission is terminated', async () => {
    const { world, said } = await aged(21)
    await world.post()
    said.open({ ...terminated, reason: 'expired' })
    await settled()
    expect(await world.post()).toBe('403 mission_terminated')
  })

  it('keeps its lifetime when the next one fails, and is requested again only after a back-off', async () => {
    const { world, said } = await aged(21)
    await world.post()
    said.fail(new Error('down'))
    await settled()
    expect([await world.post(), await world.post()]).toEqual(['200', '200'])
    expect(world.asked).toHaveLength(2)
    world.net.clock.advance(9)
    expect(await world.post()).toBe('503 server_error 4')
  })

  it('is waited for once its lifetime is over', async () => {
    const { stores, reach } = counted()
    const { world, said } = await aged(21, { stores })
    await world.post()
    world.net.clock.advance(9)
    const waiting = times(5, () => world.post())
    await reach(8)
    said.open(active)
    // It was requested nine seconds ago.
    expect(new Set(await waiting)).toEqual(new Set(['200']))
    expect(world.asked).toEqual([s256, s256])
  })
})

describe('an error in the background', () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => {
    unhandled.push(reason)
  }
  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
  })

  it.each([
    ['the source rejects', (fail: (error: unknown) => void) => fail(new Error('down'))],
    ['the source rejects with nothing', (fail: (error: unknown) => void) => fail(undefined)],
  ])('is handled: %s', async (_, go) => {
    const { world, said } = await aged(21)
    await world.post()
    go(said.fail)
    await settled()
    expect(unhandled).toEqual([])
  })

  it.each(['answers', 'fails'])('is handled when the clock fails and the source %s', async (how) => {
    let at: number | undefined = now
    const read = (): number => {
      if (at === undefined) throw new Error('no clock')
      return at
    }
    const world = await makeWatchedWorld({}, { now: read })
    await world.post()
    const said = gate<MissionAnswer>()
    world.says(() => said.promise)
    at += 21
    expect(await world.post()).toBe('200')
    at = undefined
    if (how === 'answers') said.open(active)
    else said.fail(new Error('down'))
    await settled()
    expect(unhandled).toEqual([])
  })

  it('is handled when the store fails', async () => {
    let broken = false
    const find = (): undefined => {
      if (broken) throw new Error('no store')
    }
    const stores = { tombstones: { find, add: () => Promise.reject(new Error('no store')) } }
    const { world, said } = await aged(21, { stores })
    await world.post()
    broken = true
    said.open(terminated)
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('a resource without a source', () => {
  it('accepts a mission as long as its token is valid', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken(granted())
    world.net.clock.advance(3599)
    expect(await verdict(world.call(token, { method: 'POST' }))).toBe('200')
  })
})
