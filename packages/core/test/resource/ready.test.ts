import type { Stores } from '@aauth-guard/core'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it, vi } from 'vitest'
import { useFakeTimeouts } from '../limits/fake-timeouts.ts'
import { settled } from '../missions/watched.ts'
import { makeSharedStores, type StoreName } from '../stores/shared-stores.ts'
import { collectUnhandled } from '../unhandled-rejections.ts'

const names: readonly StoreName[] = ['revocations', 'tombstones', 'replays', 'links', 'statuses', 'records']

/** A resource whose stores can be changed by the test. */
async function makeScene() {
  const { stores } = makeSharedStores()
  const change = (name: StoreName, members: object): object => Object.assign(stores[name], members)
  const { resource } = await makeWorld({ stores })
  return { resource, change }
}

describe('ready()', () => {
  it('resolves for a resource without shared stores', async () => {
    const { resource } = await makeWorld()
    await expect(resource.ready()).resolves.toBeUndefined()
  })

  it('resolves once every store has said that it can be used', async () => {
    const { resource, change } = await makeScene()
    const ready = vi.fn(async () => undefined)
    for (const name of names) change(name, { ready })
    await expect(resource.ready()).resolves.toBeUndefined()
    expect(ready).toHaveBeenCalledTimes(names.length)
  })

  it('resolves for stores that have no such check', async () => {
    const { resource } = await makeScene()
    await expect(resource.ready()).resolves.toBeUndefined()
  })

  it.each(names)(
    'rejects with what is wrong with stores.%s, and resolves once it is mended',
    async (name) => {
      const { resource, change } = await makeScene()
      const cause = new Error('"maxmemory-policy" is "allkeys-lru": set "noeviction"')
      change(name, { ready: () => Promise.reject(cause) })
      await expect(resource.ready()).rejects.toMatchObject({
        code: 'server_error',
        status: 503,
        hint: `"stores.${name}" is not ready: "maxmemory-policy" is "allkeys-lru": set "noeviction"`,
        cause,
      })
      change(name, { ready: async () => undefined })
      await expect(resource.ready()).resolves.toBeUndefined()
    },
  )

  it.each(names)('rejects with both clocks when that of stores.%s differs by over 60 s', async (name) => {
    const { resource, change } = await makeScene()
    change(name, { now: async () => now + 61 })
    await expect(resource.ready()).rejects.toMatchObject({
      status: 503,
      hint: expect.stringMatching(`at ${now}, and that of "stores.${name}" at ${now + 61}`),
    })
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no connection')
      },
    ],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('rejects when a store %s', async (_, ready) => {
    const { resource, change } = await makeScene()
    change('replays', { ready })
    await expect(resource.ready()).rejects.toMatchObject({
      hint: expect.stringMatching(/^"stores.replays" is not ready: /),
    })
  })

  it('leaves no rejection unhandled when several stores fail', async () => {
    const unhandled = collectUnhandled()
    const { resource, change } = await makeScene()
    for (const name of names) change(name, { ready: () => Promise.reject(new Error('down')) })
    await expect(resource.ready()).rejects.toMatchObject({ status: 503 })
    await settled()
    expect(unhandled).toEqual([])
  })
})

describe('ready() of a store that never answers', () => {
  useFakeTimeouts()

  it('rejects after "limits.requestDeadline"', async () => {
    const { resource, change } = await makeScene()
    change('tombstones', { ready: () => new Promise(() => undefined) })
    const outcome = resource.ready().catch((error: { hint: string }) => error.hint)
    await settled()
    await vi.advanceTimersByTimeAsync(5000)
    expect(await outcome).toMatch(/^"stores.tombstones" did not settle within the 5000 ms/)
  })
})

describe('the option "stores"', () => {
  const { stores } = makeSharedStores()
  const make = (changed: object) => makeWorld({ stores: changed as Stores })

  it.each(
    names.flatMap((name) =>
      ['ready', 'now', 'subscribe', 'clearFull'].map((method) => [name, method] as const),
    ),
  )('is refused if "stores.%s.%s" is not a function', async (name, method) => {
    await expect(make({ [name]: { ...stores[name], [method]: true } })).rejects.toThrow(
      `"stores.${name}.${method}" is true: make it a function, or leave it out`,
    )
  })

  it.each([-1, 501, Number.NaN, '250'])('is refused with the freshness %j', async (freshness) => {
    await expect(make({ replays: { ...stores.replays, freshness } })).rejects.toThrow(
      /^"stores.replays.freshness" is .*: write milliseconds from 0 to 500$/,
    )
  })

  it.each([0, 0.5, 500])('is accepted with the freshness %d', async (freshness) => {
    await expect(make({ replays: { ...stores.replays, freshness } })).resolves.toBeDefined()
  })

  it.each<[StoreName, string]>([
    ['statuses', 'get and claim and put and forget'],
    ['links', 'add and find'],
    ['records', 'create and find and replace and end and list'],
  ])('is refused with "stores.%s" that lacks a method', async (name, methods) => {
    await expect(make({ [name]: {} })).rejects.toThrow(
      `"stores.${name}" lacks a method: pass an object with ${methods}`,
    )
  })
})
