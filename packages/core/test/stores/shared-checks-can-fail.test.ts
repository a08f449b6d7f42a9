import type { RevocationStore, SharedStore } from '@aauth-guard/core'
import {
  replayStoreChecks,
  revocationStoreChecks,
  type StoreCheck,
  tombstoneStoreChecks,
} from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'
import { failuresOf } from './failures-of.ts'
import { sharedChecks } from './proved-elsewhere.ts'

let time = 1_790_000_000
const now = (): number => time
const advance = (seconds: number): void => {
  time += seconds
}
const options = { now, advance }

type Members = Pick<SharedStore, 'now' | 'freshness'>

/** The shared checks of each kind of store, whose stores have these members as well. */
const kinds: readonly (readonly [string, (make: () => Members) => readonly StoreCheck[]])[] = [
  [
    'revocation',
    (make) =>
      revocationStoreChecks(
        ({ max, maxPerIssuer }) => Object.assign(new RevocationMemory(max, maxPerIssuer, now), make()),
        options,
      ),
  ],
  [
    'replay',
    (make) => replayStoreChecks((bounds) => Object.assign(new ReplayMemory(bounds, now), make()), options),
  ],
  [
    'tombstone',
    (make) =>
      tombstoneStoreChecks(
        ({ maxPerServer }) => Object.assign(new TombstoneMemory(100, maxPerServer), make()),
        options,
      ),
  ],
]

const [freshness, reads, goesOn] = sharedChecks

const flawed: readonly (readonly [string, () => Members, readonly (string | undefined)[]])[] = [
  ['declares a freshness of 501 ms', () => ({ freshness: 501 }), [freshness]],
  ['declares a negative freshness', () => ({ freshness: -1 }), [freshness]],
  ['reads a clock that is 90 s ahead', () => ({ now: () => time + 90 }), [reads]],
  ['reads a clock that is 90 s behind', () => ({ now: async () => time - 90 }), [reads]],
  ['reads milliseconds', () => ({ now: () => time * 1000 }), [reads, goesOn]],
  [
    'reads its clock once',
    () => {
      const read = time
      return { now: () => read }
    },
    [goesOn],
  ],
  [
    'reads a clock that runs too fast',
    () => {
      const began = time
      return { now: () => began + (time - began) * 2 }
    },
    [goesOn],
  ],
]

describe.each(kinds)('the checks that a %s store shares with the others', (_, checksOf) => {
  const sharedOf = (make: () => Members): readonly StoreCheck[] =>
    checksOf(make).filter(({ name }) => sharedChecks.includes(name))

  it('are there, and pass for a store with neither of them, and for one with both', async () => {
    expect(sharedOf(() => ({})).map(({ name }) => name)).toEqual(sharedChecks)
    expect(await failuresOf(sharedOf(() => ({})))).toEqual([])
    expect(await failuresOf(sharedOf(() => ({ now, freshness: 500 })))).toEqual([])
    expect(await failuresOf(sharedOf(() => ({ now: async () => time + 0.9, freshness: 0 })))).toEqual([])
  })

  it.each(flawed)('fail, these and no others, for a store that %s', async (_, make, expected) => {
    expect(await failuresOf(sharedOf(make))).toEqual(expected)
  })
})

/** The same state through a cache that forgets each answer after some milliseconds. */
function cached(store: RevocationStore, keptFor: number, declared: number): RevocationStore {
  const answers = new Map<string, Awaited<ReturnType<RevocationStore['find']>>>()
  return {
    freshness: declared,
    add: (entry) => store.add(entry),
    purge: (issuer) => store.purge(issuer),
    async find(token) {
      const key = JSON.stringify(token)
      const known = answers.get(key)
      if (known !== undefined) return known
      const found = await store.find(token)
      answers.set(key, found)
      if (Number.isFinite(keptFor)) setTimeout(() => answers.delete(key), keptFor)
      return found
    },
  }
}

describe('the checks of a store that caches', () => {
  const first = 'finds what was recorded, and only that'
  const failures = (keptFor: number, declared: number): Promise<string[]> => {
    const checks = revocationStoreChecks(
      ({ max, maxPerIssuer }) => new RevocationMemory(max, maxPerIssuer, now),
      { now, peer: (store) => cached(store, keptFor, declared) },
    )
    return failuresOf(checks.filter(({ name }) => name === first))
  }

  it('pass if its answers are as fresh as it says', async () => {
    expect(await failures(20, 20)).toEqual([])
  })

  it('fail if it does not say that it caches', async () => {
    expect(await failures(20, 0)).toEqual([first])
  })

  it('fail if it caches for longer than it says', async () => {
    expect(await failures(Number.POSITIVE_INFINITY, 20)).toEqual([first])
  })
})
