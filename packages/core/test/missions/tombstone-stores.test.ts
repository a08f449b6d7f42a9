import type { Tombstone, TombstoneStore } from '@aauth-guard/core'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { active, granted, makeWatchedWorld, terminated, verdict } from './watched.ts'

const worldWith = (tombstones: TombstoneStore): Promise<World> => makeWorld({ stores: { tombstones } })
const call = async (world: World): Promise<string> =>
  verdict(world.call(await world.agent.authToken(granted())))

/** A store of a fleet, which answers asynchronously. */
function shared(): TombstoneStore {
  const entries = new Map<string, Tombstone>()
  return {
    find: async ({ approver, s256: digest }) => entries.get(`${approver} ${digest}`),
    add: async ({ listed: _, ...tombstone }) => {
      entries.set(`${tombstone.approver} ${tombstone.s256}`, tombstone)
      return 'recorded' as const
    },
  }
}

const fault = new Error('connection lost')

describe('an asynchronous tombstone store', () => {
  it('is awaited', async () => {
    const world = await worldWith(shared())
    expect(await call(world)).toBe('200')
    await world.resource.missions.terminate(mission, 'completed')
    expect(await call(world)).toBe('403 mission_terminated')
  })

  it('is shared by a fleet: a mission terminated at one resource is terminated at all', async () => {
    const store = shared()
    const [here, elsewhere] = [await worldWith(store), await worldWith(store)]
    await here.resource.missions.terminate(mission)
    expect(await call(elsewhere)).toBe('403 mission_terminated')
  })

  it('keeps a termination across a restart of the resource [L06]', async () => {
    const store = shared()
    await (await worldWith(store)).resource.missions.terminate(mission, 'revoked')
    const restarted = await worldWith(store)
    expect(await restarted.resource.missions.status(mission)).toEqual({
      status: 'terminated',
      reason: 'revoked',
    })
  })

  it('is called before a mission counts as active, even if the source says so [L06]', async () => {
    const store = shared()
    const world = await makeWatchedWorld({}, { stores: { tombstones: store } })
    expect(await world.get()).toBe('200')
    await (await worldWith(store)).resource.missions.terminate(mission)
    expect(await world.get()).toBe('403 mission_terminated')
  })

  it('gets the mission, its reason, and whether trust lists its person server', async () => {
    const told: unknown[] = []
    const add: TombstoneStore['add'] = (tombstone) => {
      told.push(tombstone)
      return 'recorded'
    }
    const world = await worldWith({ find: () => undefined, add })
    await world.resource.missions.terminate({ ...mission, other: 1 } as never, 'completed')
    expect(told).toEqual([{ ...mission, reason: 'completed', listed: false }])
  })

  it('does not get a reason that an answer cannot contain', async () => {
    const told: unknown[] = []
    const add: TombstoneStore['add'] = (tombstone) => {
      told.push(tombstone)
      return 'recorded'
    }
    const { resource } = await worldWith({ find: () => undefined, add })
    const body = { error: 'mission_terminated', mission_status: 'terminated', termination_reason: 'a\nb' }
    const url = { value: 'https://ps.example/token' }
    const response = Response.json(body, { status: 403 })
    await resource.missions.observe(mission, Object.defineProperty(response, 'url', url))
    expect(told).toEqual([{ ...mission, listed: false }])
  })

  it('is called with person server and digest', async () => {
    const asked: unknown[] = []
    const find: TombstoneStore['find'] = (key) => {
      asked.push(key)
      return undefined
    }
    await call(await worldWith({ find, add: () => 'recorded' }))
    expect(asked).toEqual([{ approver: 'https://ps.example', s256, listed: false }])
  })
})

const failing: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw fault
    },
  ],
  ['rejects', () => Promise.reject(fault)],
  ['does not answer', neverAnswers],
  ['answers null', () => null],
  ['answers true', () => true],
  ['answers false', () => false],
  ['answers "recorded"', () => 'recorded'],
  ['answers null later', async () => null],
  ['answers a tombstone of another digest', () => ({ ...mission, s256: zeroOctets })],
  [
    'answers a tombstone of another person server',
    () => ({ ...mission, approver: 'https://other-ps.example' }),
  ],
  ['answers a list', () => []],
]

describe('a tombstone store that', () => {
  it.each(failing)('%s in find leads to 503', async (_, find) => {
    const world = await worldWith({ find: find as TombstoneStore['find'], add: () => 'recorded' })
    expect(await call(world)).toBe('503 server_error 5')
  })

  it.each(failing)('%s in find does not affect tokens without a mission', async (_, find) => {
    const world = await worldWith({ find: find as TombstoneStore['find'], add: () => 'recorded' })
    expect(await verdict(world.call(await world.agent.authToken({ scope: 'access' })))).toBe('200')
  })

  it('answers "full" leads to 503', async () => {
    expect(await call(await worldWith({ find: () => 'full', add: () => 'full' }))).toBe('503 server_error 60')
  })

  it.each([
    ...failing.filter(([name]) => name !== 'answers "recorded"'),
    ['answers nothing', () => undefined] as const,
  ])('%s in add makes terminate() reject [K15]', async (_, add) => {
    const world = await worldWith({ find: () => undefined, add: add as TombstoneStore['add'] })
    await expect(world.resource.missions.terminate(mission)).rejects.toBeInstanceOf(Error)
  })

  it.each([7, null, '', 'a\nb', 'x'.repeat(129), {}])(
    'returns the reason %j has it left out of the answer',
    async (reason) => {
      const tombstone = { ...mission, reason } as unknown as Tombstone
      const world = await worldWith({ find: () => tombstone, add: () => 'recorded' })
      const { code, problem } = await world.refusal(await world.agent.authToken(granted()))
      expect([code, problem.termination_reason]).toEqual(['mission_terminated', undefined])
      expect(await world.resource.missions.status(mission)).toEqual({ status: 'terminated' })
    },
  )
})

describe('a termination that the source reports and the store cannot record', () => {
  it.each(failing.filter(([name]) => !name.includes('tombstone') && name !== 'answers "recorded"'))(
    'is refused, when the store %s, for safe methods too',
    async (_, add) => {
      const tombstones: TombstoneStore = { find: () => undefined, add: add as TombstoneStore['add'] }
      const world = await makeWatchedWorld({}, { stores: { tombstones } })
      expect(await world.get()).toBe('200')
      world.net.clock.advance(30)
      world.says(() => terminated)
      expect(await world.get()).toBe('503 server_error 3')
    },
  )

  it('is answered with 403 when the store is full [MISS-9]', async () => {
    const tombstones: TombstoneStore = { find: () => undefined, add: () => 'full' }
    const world = await makeWatchedWorld({}, { stores: { tombstones } })
    world.says(() => terminated)
    expect(await world.post()).toBe('403 mission_terminated')
  })

  it('is requested again after that', async () => {
    let broken = true
    const memory = shared()
    const add: TombstoneStore['add'] = (tombstone) => {
      if (broken) throw fault
      return memory.add(tombstone)
    }
    const world = await makeWatchedWorld({}, { stores: { tombstones: { find: memory.find, add } } })
    world.says(() => terminated)
    await world.post()
    broken = false
    world.net.clock.advance(3)
    expect(await world.post()).toBe('403 mission_terminated')
  })
})

describe('the answer of the source while the store changes', () => {
  it('counts only for the request that waited when the tombstones are full meanwhile [MISS-9]', async () => {
    let full = false
    const tombstones: TombstoneStore = { find: () => (full ? 'full' : undefined), add: () => 'full' }
    const world = await makeWatchedWorld({}, { stores: { tombstones } })
    world.says(() => {
      full = true
      return active
    })
    expect([await world.post(), await world.post()]).toEqual(['200', '200'])
    expect(world.asked).toEqual([s256, s256])
  })

  it('does not count when the store fails', async () => {
    let broken = false
    const find = (): undefined => {
      if (broken) throw fault
    }
    const world = await makeWatchedWorld({}, { stores: { tombstones: { find, add: () => 'recorded' } } })
    world.says(() => {
      broken = true
      return active
    })
    expect(await world.post()).toBe('503 server_error 3')
  })
})
