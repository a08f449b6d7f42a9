import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { type Stores, storeKinds } from '../stores/stores.ts'
import { quoted } from '../wire/quoted.ts'

const optionalMethods = ['ready', 'now', 'subscribe', 'clearFull']

/**
 * Checks that every store has the methods of its kind. The stores themselves are kept, and not copied.
 * @throws {TypeError} naming the store and what it lacks
 */
export function checkStores(stores: Stores): Stores {
  assertKnownMembers(stores, Object.keys(storeKinds), '"stores"')
  for (const { name, methods } of Object.values(storeKinds)) {
    const store = stores[name] as unknown as Readonly<Record<string, unknown>> | undefined
    if (store === undefined) continue
    assert(
      methods.every((method) => typeof store[method] === 'function'),
      `"stores.${name}" lacks a method: pass an object with ${methods.join(' and ')}`,
    )
    for (const method of optionalMethods)
      assert(
        store[method] === undefined || typeof store[method] === 'function',
        `"stores.${name}.${method}" is ${quoted(store[method])}: make it a function, or leave it out`,
      )
    const { freshness = 0 } = store
    assert(
      typeof freshness === 'number' && freshness >= 0 && freshness <= 500,
      `"stores.${name}.freshness" is ${quoted(freshness)}: write milliseconds from 0 to 500`,
    )
  }
  return stores
}

/** @throws {TypeError} */
export function checkStaleReads(seconds: number): number {
  assert(
    Number.isInteger(seconds) && seconds >= 0 && seconds <= 300,
    `"staleReads" is ${quoted(seconds)}: write an integer of seconds from 0 to 300`,
  )
  return seconds
}
