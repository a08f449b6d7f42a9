/**
 * A kind of store of its own, in one file: what requests need of every store comes from `answered`, and what operators
 * need comes from the table of kinds, to which it is added in one line.
 */
import {
  createResource,
  type MayWait,
  type ResourceEvent,
  type SharedStore,
  type Stores,
} from '@aauth-guard/core'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WaitBudget } from '../../src/limits/wait-budget.ts'
import { answered, isSilence } from '../../src/stores/checked-call.ts'
import type { StoreKind } from '../../src/stores/store-kind.ts'
import { storeKinds } from '../../src/stores/stores.ts'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { dataLost } from './shared-stores.ts'

/** Counts visits. */
interface VisitStore extends SharedStore {
  visit(visitor: string): MayWait<number>
}

/** Counts a visit. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
function visit(store: VisitStore, visitor: string, budget?: WaitBudget): MayWait<number> {
  return answered<number>(store, '"stores.visits"', () => store.visit(visitor), Number.isFinite, budget)
}

class VisitMemory implements VisitStore {
  readonly #visits = new Map<string, number>()

  visit(visitor: string): number {
    const count = (this.#visits.get(visitor) ?? 0) + 1
    this.#visits.set(visitor, count)
    return count
  }
}

const visitKind: StoreKind<'visits', VisitStore> = {
  name: 'visits',
  methods: ['visit'],
  inMemory: () => new VisitMemory(),
}

const settings = {
  now: () => now,
  limits: { replays: 1, replaysPerIssuer: 1, replaysPerKey: 1, tombstones: 1 },
}

describe('a kind of store that is defined in one file', () => {
  it('answers at once in the memory of a process', () => {
    const store = visitKind.inMemory(settings)
    expect([visit(store, 'a'), visit(store, 'b'), visit(store, 'a')]).toEqual([1, 1, 2])
  })

  it('answers later in a shared store', async () => {
    const memory = visitKind.inMemory(settings)
    const shared: VisitStore = { visit: async (visitor) => memory.visit(visitor) }
    expect(await visit(shared, 'a')).toBe(1)
  })

  it('refuses requests with 503 and its name when it fails', async () => {
    const down: VisitStore = { visit: () => Promise.reject(new Error('down')) }
    await expect(visit(down, 'a')).rejects.toMatchObject({
      status: 503,
      hint: '"stores.visits" rejected: Error: down',
    })
    await expect(visit({ visit: async () => 'many' as never }, 'a')).rejects.toMatchObject({ status: 503 })
  })

  it('tells silence from lost data', async () => {
    const failure = (error: Error) =>
      Promise.resolve(visit({ visit: () => Promise.reject(error) }, 'a')).catch((fault: unknown) => fault)
    expect(isSilence(await failure(new Error('down')))).toBe(true)
    expect(isSilence(await failure(dataLost()))).toBe(false)
  })
})

describe('a shared store of that kind that never answers', () => {
  useFakeTimeouts()

  it('shares 500 ms with the other stores of a request', async () => {
    const never: VisitStore = { visit: () => new Promise(() => undefined) }
    const outcome = Promise.resolve(visit(never, 'a', new WaitBudget(500))).catch(
      (error: { hint: string }) => error.hint,
    )
    await vi.advanceTimersByTimeAsync(500)
    expect(await outcome).toBe('"stores.visits" took over 500 ms')
  })
})

describe('a kind of store that is added to the table of kinds', () => {
  beforeEach(() => {
    const kinds = storeKinds as unknown as Record<string, unknown>
    kinds.visits = visitKind
    onTestFinished(() => void delete kinds.visits)
  })

  const make = (visits: object, onEvent?: (event: ResourceEvent) => void) =>
    makeWorld({ stores: { visits } as Stores, ...(onEvent && { onEvent }) })

  it('has its methods checked', async () => {
    await expect(make({})).rejects.toThrow('"stores.visits" lacks a method: pass an object with visit')
    await expect(make({ visit: () => 1, now: 1 })).rejects.toThrow('"stores.visits.now" is 1')
  })

  it('is part of ready()', async () => {
    const { resource } = await make({ visit: () => 1, ready: () => Promise.reject(new Error('read-only')) })
    await expect(resource.ready()).rejects.toMatchObject({ hint: '"stores.visits" is not ready: read-only' })
  })

  it('has its clock compared', async () => {
    const { resource } = await make({ visit: () => 1, now: () => now - 61 })
    await expect(resource.ready()).rejects.toMatchObject({
      hint: expect.stringMatching(`that of "stores.visits" at ${now - 61}`),
    })
  })

  it('has its failures reported to the operator', async () => {
    const events: ResourceEvent[] = []
    const store: VisitStore = { visit: () => Promise.reject(new Error('down')) }
    await make(store, (event) => void events.push(event))
    await Promise.resolve(visit(store, 'a')).catch(() => undefined)
    expect(events).toMatchObject([{ type: 'aauth.store_failed.v1', store: 'stores.visits' }])
  })
})

it('a kind that is not in the table is refused by name', () => {
  const stores = { visits: { visit: () => 1 } } as unknown as Stores
  expect(() => createResource({ issuer: 'https://notes.example', trust: 'any', stores })).toThrow(/visits/)
})
