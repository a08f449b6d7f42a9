import { isAAuthError, type Lifetime, lifetimeOf } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import type { LifetimeRegistry } from '../../../src/resource/lifetimes.ts'
import { stateOf } from '../../../src/resource/state-of.ts'
import { useFakeTimeouts } from '../../limits/fake-timeouts.ts'
import { active, granted, makeWatchedWorld, terminated } from '../../missions/watched.ts'
import { revocationsWith } from '../../stores/revocations-with.ts'
import { endOf } from './ended.ts'

useFakeTimeouts()

const nothing = { open: 0, tokens: 0, missions: 0, seconds: 0 }

async function opened(world: World): Promise<Lifetime> {
  return lifetimeOf(await world.call(await world.agent.authToken(granted())))
}

function hintOf({ signal: { reason } }: Lifetime): string | undefined {
  return isAAuthError(reason) ? reason.hint : undefined
}

describe('a resource that is closed', () => {
  const revocations = revocationsWith({ revoked: async () => false })
  it.each<[string, () => Promise<World>]>([
    ['without a source or a shared store', () => makeWorld()],
    ['with a source of mission status', () => makeWatchedWorld()],
    ['with a shared store', () => makeWorld({ stores: { revocations } })],
  ])('%s ends every lifetime with server_error and keeps no timer [REV-11]', async (_, make) => {
    const world = await make()
    const lifetimes = [await opened(world), await opened(world)]
    world.resource.close()
    expect(lifetimes.map(endOf)).toEqual(['server_error', 'server_error'])
    expect(lifetimes.map(hintOf)).toEqual(['the resource was closed', 'the resource was closed'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect([
      (stateOf(world.resource).lifetimes as LifetimeRegistry | undefined)?.sizes,
      vi.getTimerCount(),
    ]).toEqual([nothing, 0])
  })

  it('does not affect a lifetime that was disposed or has ended', async () => {
    const world = await makeWatchedWorld()
    const disposed = await opened(world)
    disposed[Symbol.dispose]()
    const ended = await opened(world)
    world.says(() => terminated)
    world.net.clock.advance(31)
    await world.get()
    world.says(() => active)
    world.resource.close()
    expect([endOf(disposed), endOf(ended)]).toEqual(['open', 'mission_terminated'])
  })

  it.each([
    ['the first one', false],
    ['a further one', true],
  ])('makes %s that is requested later an aborted signal, without a timer', async (_, before) => {
    const world = await makeWorld()
    const auth = await world.call(await world.agent.authToken(granted()))
    if (before) lifetimeOf(auth)
    world.resource.close()
    const lifetime = lifetimeOf(auth)
    expect([endOf(lifetime), hintOf(lifetime)]).toEqual(['server_error', 'the resource was closed'])
    expect([
      (stateOf(world.resource).lifetimes as LifetimeRegistry | undefined)?.sizes,
      vi.getTimerCount(),
    ]).toEqual([nothing, 0])
    expect(() => lifetime[Symbol.dispose]()).not.toThrow()
  })

  it('may be closed again', async () => {
    const world = await makeWorld()
    const lifetime = await opened(world)
    world.resource.close()
    expect(() => world.resource.close()).not.toThrow()
    expect(endOf(lifetime)).toBe('server_error')
  })
})
