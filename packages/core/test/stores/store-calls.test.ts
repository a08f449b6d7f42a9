import type { ResourceEvent, StoreCall } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it } from 'vitest'
import { type MonotonicClock, stopMonotonicClock } from '../limits/monotonic-clock.ts'

let clock: MonotonicClock
beforeEach(() => {
  clock = stopMonotonicClock()
})

/** A resource whose store of revocations takes 7 ms, or fails. */
async function makeScene() {
  let fails = false
  const stores = {
    revocations: {
      find: async () => {
        await Promise.resolve()
        clock.advance(7)
        if (fails) throw new Error('down')
        return { revoked: false }
      },
      add: async () => 'recorded' as const,
      purge: async () => 0,
    },
  }
  const calls: StoreCall[] = []
  const circuits: [string, string][] = []
  const world = await makeWorld({ stores, replay: 'off' })
  const onEvent = (event: ResourceEvent): void => {
    if (event.type === 'aauth.circuit_changed.v1') circuits.push([event.subject, event.state])
  }
  const remove = world.resource.listen({ onStoreCall: (call) => calls.push(call), onEvent })
  const token = await world.agent.authToken({ scope: 'access' })
  const once = () => world.call(token).catch(() => undefined)
  const failing = (now: boolean): void => {
    fails = now
  }
  return { once, calls, circuits, remove, failing }
}

describe('onStoreCall', () => {
  it('is told of each call to a shared store, how long it took and whether it was answered', async () => {
    const { once, calls, failing } = await makeScene()
    await once()
    failing(true)
    await once()
    expect(calls).toEqual([
      { store: 'stores.revocations', outcome: 'answered', duration: 7 },
      { store: 'stores.revocations', outcome: 'failed', duration: 7 },
    ])
  })

  it('is no longer told once it is removed', async () => {
    const { once, calls, remove } = await makeScene()
    remove()
    await once()
    expect(calls).toEqual([])
  })
})

it('onEvent is told once that calls to a store are suspended, and once that they succeed again', async () => {
  const { once, circuits, failing } = await makeScene()
  failing(true)
  for (let n = 0; n < 20; n++) {
    clock.advance(300)
    await once()
  }
  expect(circuits).toEqual([['stores.revocations', 'open']])
  failing(false)
  clock.advance(300)
  for (let n = 0; n < 3; n++) await once()
  expect(circuits).toEqual([
    ['stores.revocations', 'open'],
    ['stores.revocations', 'closed'],
  ])
})
