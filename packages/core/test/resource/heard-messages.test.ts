import { lifetimeOf, type RevocationListener, type TombstoneListener } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'
import { makeWatchedWorld, settled } from '../missions/watched.ts'
import { makeSharedStores } from '../stores/shared-stores.ts'
import { collectUnhandled } from '../unhandled-rejections.ts'
import { endOf } from '../verify/lifetime/ended.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

const iss = 'https://ps.example'

type Method = keyof RevocationListener | keyof TombstoneListener
const methods: readonly Method[] = ['onRevoked', 'onPurged', 'onTerminated', 'onLost', 'onSubscribed']

/** A process that listens to its stores, with a connection open under a mission. */
async function listening() {
  const unhandled = collectUnhandled()
  let storeSecond = now
  const shared = makeSharedStores({ push: true, clock: () => storeSecond })
  const fail = (): never => {
    throw new Error('down')
  }
  let seconds = (): number => now
  const options = { stores: shared.stores, staleReads: 30, now: () => seconds() }
  const world = await makeWatchedWorld({}, options)
  const lifetime = lifetimeOf(await world.call(world.token))
  await settled()
  clock.advance(1)
  return {
    ...world,
    lifetime,
    /** Every call of the store of statuses throws, and returns no promise. */
    breakStatuses: () =>
      Object.assign(shared.stores.statuses, { get: fail, claim: fail, put: fail, forget: fail }),
    breakClock: () => {
      seconds = fail
    },
    /** A minute and a second pass. */
    wait(): void {
      storeSecond = now + 61
      seconds = () => now + 61
      world.net.clock.advance(61)
      clock.advance(61_000)
    },
    /** Calls a method of all listeners that have it, and returns what it throws or leaves unhandled. */
    async hear(method: Method, message: unknown): Promise<readonly unknown[]> {
      const thrown: unknown[] = []
      const { revocations, tombstones } = shared.listeners
      for (const listener of [...revocations, ...tombstones] as Partial<Record<Method, unknown>>[])
        try {
          if (method in listener) (listener[method] as (message: unknown) => void)(message)
        } catch (error) {
          thrown.push(error)
        }
      await settled()
      return [...thrown, ...unhandled]
    },
  }
}
type Scene = Awaited<ReturnType<typeof listening>>

/** What another process tells, in the form of the contract. */
const messages: Readonly<Record<Method, (scene: Scene) => unknown>> = {
  onRevoked: ({ token }) => ({ ...claimsOf(token), mission }),
  onPurged: () => ({ iss, purgedAt: now }),
  onTerminated: () => ({ ...mission, reason: 'revoked' }),
  onLost: () => 'connection closed',
  onSubscribed: () => undefined,
}

const troubles: Readonly<Record<string, (scene: Scene) => unknown>> = {
  'the store of statuses throws': (scene) => scene.breakStatuses(),
  'the circuit of the store of statuses is open': async (scene) => {
    scene.breakStatuses()
    for (let failures = 0; failures < 5; failures++) {
      await scene.post()
      clock.advance(250)
    }
    expect(scene.refusals.at(-1)?.hint).toBe('"stores.statuses" has failed for over a second')
  },
  'the clock of the process throws': (scene) => scene.breakClock(),
}

const malformed: readonly unknown[] = [
  undefined,
  null,
  true,
  5,
  'x',
  [],
  {},
  { iss: null, purgedAt: null },
  { iss: 5, jti: [], purgedAt: 'noon' },
  { iss, jti: 'other', mission: null },
  { iss, jti: 'other', mission: 5 },
  { iss, jti: 'other', mission: {} },
  { iss, purgedAt: {} },
  { approver: null, s256: 5 },
  { approver: iss, s256: {}, reason: [] },
]

describe.each(Object.entries(troubles))('while %s,', (_, breaks) => {
  it.each(methods)('no listener throws in %s', async (method) => {
    const scene = await listening()
    await breaks(scene)
    expect(await scene.hear(method, messages[method](scene))).toEqual([])
  })

  it.each([
    ['onRevoked', 'revoked_jwt'],
    ['onTerminated', 'mission_terminated'],
  ] as const)('%s ends the connection all the same: %s', async (method, end) => {
    const scene = await listening()
    await breaks(scene)
    await scene.hear(method, messages[method](scene))
    expect(endOf(scene.lifetime)).toBe(end)
  })

  it('no listener throws for a message that is malformed', async () => {
    const scene = await listening()
    await breaks(scene)
    for (const message of malformed)
      for (const method of methods) expect(await scene.hear(method, message)).toEqual([])
  })
})

describe('a message that is malformed', () => {
  it.each(methods)('makes %s throw nothing, and ends no request of others', async (method) => {
    const scene = await listening()
    for (const message of malformed) expect(await scene.hear(method, message)).toEqual([])
    expect([await scene.get(), await scene.post()]).toEqual(['200', '200'])
  })
})

it('a purge that another process claims to have made in the future does not make every later answer worthless', async () => {
  const scene = await listening()
  scene.lifetime[Symbol.dispose]()
  expect(await scene.hear('onPurged', { iss, purgedAt: now + 1_000_000 })).toEqual([])
  // The clocks of the fleet differ by a minute at most.
  scene.wait()
  const before = scene.asked.length
  await scene.get()
  await scene.get()
  expect(scene.asked.length - before).toBe(1)
})
