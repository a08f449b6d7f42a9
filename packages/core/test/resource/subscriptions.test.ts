import { lifetimeOf } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { granted, makeWatchedWorld } from '../missions/watched.ts'
import { makeSharedStores, type SharedStores } from '../stores/shared-stores.ts'

useFakeTimeouts()

/** How many listeners the stores of revocations and of tombstones have. */
const listening = ({ listeners }: SharedStores) => [listeners.revocations.size, listeners.tombstones.size]

describe('a resource whose stores tell of changes', () => {
  it('subscribes to none while it neither has a source nor an open connection', async () => {
    const shared = makeSharedStores({ push: true })
    const { agent, call } = await makeWorld({ stores: shared.stores, missions: monitorMissions({}) })
    await call(await agent.authToken(granted()))
    expect(listening(shared)).toEqual([0, 0])
  })

  it('with a source subscribes at the first request under a mission, and once', async () => {
    const shared = makeSharedStores({ push: true })
    const { agent, get } = await makeWatchedWorld({}, { stores: shared.stores })
    await get({ token: await agent.authToken({ scope: 'access' }) })
    expect(listening(shared)).toEqual([0, 0])
    await get()
    await get()
    expect(listening(shared)).toEqual([1, 1])
  })

  it('subscribes when the first connection is opened, and once', async () => {
    const shared = makeSharedStores({ push: true })
    const { agent, call } = await makeWorld({ stores: shared.stores })
    const auth = await call(await agent.authToken(granted()))
    lifetimeOf(auth)
    lifetimeOf(auth)
    expect(listening(shared)).toEqual([1, 1])
  })

  it('ends its subscriptions when it is closed, and begins no others', async () => {
    const shared = makeSharedStores({ push: true })
    const { agent, call, resource } = await makeWorld({ stores: shared.stores })
    const auth = await call(await agent.authToken(granted()))
    lifetimeOf(auth)
    resource.close()
    expect(listening(shared)).toEqual([0, 0])
    lifetimeOf(auth)
    expect(listening(shared)).toEqual([0, 0])
  })

  it('subscribes to none if it is closed before its first connection', async () => {
    const shared = makeSharedStores({ push: true })
    const { agent, call, resource } = await makeWorld({ stores: shared.stores })
    const auth = await call(await agent.authToken(granted()))
    resource.close()
    lifetimeOf(auth)
    expect(listening(shared)).toEqual([0, 0])
  })

  it('reports to the operator that a subscription is lost', async () => {
    const shared = makeSharedStores({ push: true })
    const onEvent = vi.fn()
    const { get } = await makeWatchedWorld({}, { stores: shared.stores, onEvent })
    await get()
    onEvent.mockClear()
    for (const { onLost } of shared.listeners.revocations) onLost('the connection was closed')
    for (const { onLost } of shared.listeners.tombstones) onLost('no message for 2 s')
    expect(onEvent.mock.calls.map(([event]) => event)).toMatchObject([
      { type: 'aauth.store_failed.v1', store: 'stores.revocations', hint: 'the connection was closed' },
      { type: 'aauth.store_failed.v1', store: 'stores.tombstones', hint: 'no message for 2 s' },
    ])
  })
})

describe('while a connection is open', () => {
  /** The numbers of seconds after which the stores are queried. */
  async function roundsOf(
    change: (shared: SharedStores) => void,
    source: boolean,
    seconds: number,
  ): Promise<number[]> {
    const shared = makeSharedStores({ push: true })
    change(shared)
    const world = source
      ? await makeWatchedWorld({}, { stores: shared.stores })
      : await makeWorld({ stores: shared.stores })
    lifetimeOf(await world.call(await world.agent.authToken(granted())))
    await vi.advanceTimersByTimeAsync(1)
    const rounds: number[] = []
    for (let second = 1; second <= seconds; second++) {
      shared.events.splice(0)
      world.net.clock.advance(1)
      await vi.advanceTimersByTimeAsync(1000)
      if (shared.sent().includes('revocations.find')) rounds.push(second)
    }
    return rounds
  }
  const all = () => undefined
  const without = (name: 'revocations' | 'tombstones') => (shared: SharedStores) =>
    Object.assign(shared.stores[name], { subscribe: undefined })

  it('stores that tell of changes are queried every 30 s', async () => {
    expect(await roundsOf(all, false, 60)).toEqual([30, 60])
  })

  it('they are queried as often as the source has to be', async () => {
    expect(await roundsOf(all, true, 30)).toEqual([10, 20, 30])
  })

  it.each(['revocations', 'tombstones'] as const)(
    'they are queried once per second if %s do not',
    async (name) => {
      expect(await roundsOf(without(name), false, 3)).toEqual([1, 2, 3])
    },
  )
})
