import { type Auth, lifetimeOf, type Resource, type Stores, type TombstoneStore } from '@aauth-guard/core'
import { mission } from '@aauth-guard/fixtures/missions'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../../limits/fake-timeouts.ts'
import { active, down, granted, makeWatchedWorld } from '../../missions/watched.ts'
import { revocationsWith } from '../../stores/revocations-with.ts'
import { endOf } from './ended.ts'

useFakeTimeouts()

async function pass({ net }: Pick<World, 'net'>, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed++) {
    net.clock.advance(1)
    await vi.advanceTimersByTimeAsync(1000)
  }
}

describe('a connection whose source of mission status fails', () => {
  it('stays open for less than maxStale after the last answer [REV-11]', async () => {
    const world = await makeWatchedWorld({ maxStale: 60 })
    const lifetime = lifetimeOf(await world.call(world.token))
    world.says(down)
    await pass(world, 59)
    expect(endOf(lifetime)).toBe('open')
  })

  it('ends with server_error once the status was unavailable for maxStale [REV-11]', async () => {
    const world = await makeWatchedWorld({ maxStale: 60 })
    const lifetime = lifetimeOf(await world.call(world.token))
    world.says(down)
    await pass(world, 100)
    expect(endOf(lifetime)).toBe('server_error')
  })

  it('stays open when the source recovers in time [REV-11]', async () => {
    const world = await makeWatchedWorld({ maxStale: 60 })
    const lifetime = lifetimeOf(await world.call(world.token))
    world.says(down)
    await pass(world, 50)
    world.says(() => active)
    await pass(world, 100)
    expect(endOf(lifetime)).toBe('open')
  })

  it('costs at most one request per mission and 70 % of activeTtl, however many connections there are', async () => {
    const world = await makeWatchedWorld()
    const tokens = await Promise.all(Array.from({ length: 20 }, () => world.agent.authToken(granted())))
    for (const token of tokens) lifetimeOf(await world.call(token))
    const before = world.asked.length
    await pass(world, 300)
    // Within 300 s: at most one request per 0.63 × 30 s, at least one per 40 s.
    const questions = world.asked.length - before
    expect([before, questions >= 7, questions <= 16]).toEqual([1, true, true])
  })
})

it('a connection ends within two seconds of a termination that another process writes to a shared store [REV-11]', async () => {
  let terminated = false
  const tombstones: TombstoneStore = {
    add: () => 'recorded',
    find: async ({ approver, s256 }) => (terminated ? { approver, s256 } : undefined),
  }
  const world = await makeWorld({ stores: { tombstones } })
  const lifetime = lifetimeOf(await world.call(await world.agent.authToken(granted())))
  await pass(world, 30)
  expect(endOf(lifetime)).toBe('open')
  terminated = true
  await pass(world, 2)
  expect(endOf(lifetime)).toBe('mission_terminated')
})

describe('a connection with a shared revocation store', () => {
  async function makeStored(revoked: () => Promise<boolean>) {
    const world = await makeWorld({ stores: { revocations: revocationsWith({ revoked }) } })
    return { world, auth: await world.call(await world.agent.authToken(granted())) }
  }

  it('ends within two seconds of a revocation by another process [REV-11]', async () => {
    let revoked = false
    const { world, auth } = await makeStored(async () => revoked)
    const lifetime = lifetimeOf(auth)
    await pass(world, 30)
    expect(endOf(lifetime)).toBe('open')
    revoked = true
    await pass(world, 2)
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })

  it('ends with server_error once the store has failed for 300 s [REV-11]', async () => {
    let fails = false
    const { world, auth } = await makeStored(async () => {
      if (fails) throw new Error('no store')
      return false
    })
    const lifetime = lifetimeOf(auth)
    fails = true
    await pass(world, 299)
    expect(endOf(lifetime)).toBe('open')
    await pass(world, 2)
    expect(endOf(lifetime)).toBe('server_error')
  })

  it('is checked again after the clock was set back', async () => {
    let revoked = false
    const { world, auth } = await makeStored(async () => revoked)
    const lifetime = lifetimeOf(auth)
    await pass(world, 3)
    world.net.clock.advance(-86_400)
    await pass(world, 31)
    revoked = true
    await pass(world, 3)
    expect(endOf(lifetime)).toBe('revoked_jwt')
  })
})

it('a connection ends with server_error when a store has to be called and the clock of the resource fails [C12]', async () => {
  let broken = false
  const store = revocationsWith({ revoked: async () => false })
  const world: World = await makeWorld({
    now: () => (broken ? Number.NaN : world.net.clock.now()),
    stores: { revocations: store },
  })
  const lifetime = lifetimeOf(await world.call(await world.agent.authToken(granted())))
  world.net.clock.advance(1)
  await vi.advanceTimersByTimeAsync(999)
  const find = vi.spyOn(store, 'find').mockImplementation(async () => {
    broken = true
    return { revoked: false }
  })
  await vi.advanceTimersByTimeAsync(1000)
  expect([find.mock.calls.length, endOf(lifetime)]).toEqual([1, 'server_error'])
})

it.each<[string, Stores, (resource: Resource, auth: Auth) => Promise<void>, string]>([
  [
    'a revocation that a full store rejects',
    { revocations: revocationsWith({ add: () => 'full' }) },
    (resource, { iss, jti, exp }) => resource.revoke({ iss, jti, exp }),
    'revoked_jwt',
  ],
  [
    'a termination that a full store rejects',
    { tombstones: { add: () => 'full', find: () => undefined } },
    (resource) => resource.missions.terminate(mission),
    'mission_terminated',
  ],
])('a connection ends with %s [REV-11]', async (_, stores, end, expected) => {
  const world = await makeWorld({ stores })
  const auth = await world.call(await world.agent.authToken(granted()))
  const lifetime = lifetimeOf(auth)
  await expect(end(world.resource, auth)).rejects.toBeInstanceOf(RangeError)
  expect(endOf(lifetime)).toBe(expected)
})
