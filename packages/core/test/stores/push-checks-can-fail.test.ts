import type { RevocationStore, TombstoneStore } from '@aauth-guard/core'
import { revocationStoreChecks, type StoreCheck, tombstoneStoreChecks } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'
import { failuresOf } from './failures-of.ts'
import { heardSoon, type PushFlaws, revocationFleet, tombstoneFleet } from './flawed-push.ts'
import { makeRevocations } from './flawed-stores.ts'

const isPush = ({ name }: StoreCheck): boolean => name.startsWith('tells a listener')

function revocationChecks(flaws?: PushFlaws): readonly StoreCheck[] {
  let peer: RevocationStore | undefined
  const makeStore = (bounds: { max: number; maxPerIssuer: number }): RevocationStore => {
    const fleet = revocationFleet(makeRevocations(bounds), flaws)
    peer = fleet.peer
    return fleet.store
  }
  return revocationStoreChecks(makeStore, { peer: () => peer as RevocationStore, heard: heardSoon }).filter(
    isPush,
  )
}

function tombstoneChecks(flaws?: PushFlaws): readonly StoreCheck[] {
  let peer: TombstoneStore | undefined
  const makeStore = ({ maxPerServer }: { maxPerServer: number }): TombstoneStore => {
    const fleet = tombstoneFleet(new TombstoneMemory(1000, maxPerServer), flaws)
    peer = fleet.peer
    return fleet.store
  }
  return tombstoneStoreChecks(makeStore, { peer: () => peer as TombstoneStore, heard: heardSoon }).filter(
    isPush,
  )
}

const own = 'tells a listener of what its own process did'
const ownEnd = 'tells a listener of what its own process terminated'
const findable = 'tells a listener of nothing that it could not find'
const entryNames = 'tells a listener of every entry by its own name, and of no other'
const missionNames = 'tells a listener of every mission by its own name, and of no other'
const ended = 'tells a listener nothing once its subscription has ended, but the others'

const revocationFlaws: readonly (readonly [string, PushFlaws, readonly string[]])[] = [
  ['tells nobody of a purge', { silentOn: 'purges' }, ['tells a listener of a purge', own, findable]],
  ['tells other processes only', { othersOnly: true }, [own]],
  ['sends a message before it records', { tellsFirst: true }, [findable]],
  [
    'tells nothing of missions',
    { omitsMission: true },
    ['tells a listener of a revocation, with its mission'],
  ],
  ['folds the case of names', { writes: (text) => text.toLowerCase() }, [entryNames]],
  ['cuts names at a space', { writes: (text) => text.split(' ')[0] as string }, [entryNames]],
  ['ignores that a subscription ends', { ending: 'ignores' }, [ended]],
  ['ends all subscriptions with one', { ending: 'ends-all' }, [ended]],
]

const tombstoneFlaws: readonly (readonly [string, PushFlaws, readonly string[]])[] = [
  ['tells other processes only', { othersOnly: true }, [ownEnd]],
  ['sends a message before it records', { tellsFirst: true }, [findable]],
  [
    'tells nothing of reasons',
    { omitsReason: true },
    [
      'tells a listener of a termination, with its reason',
      findable,
      'tells a listener of the first tombstone of a mission, and of no other',
    ],
  ],
  [
    'tells of a tombstone that it did not keep',
    { tellsAgain: true },
    ['tells a listener of the first tombstone of a mission, and of no other'],
  ],
  ['folds the case of names', { writes: (text) => text.toLowerCase() }, [missionNames]],
  ['ignores that a subscription ends', { ending: 'ignores' }, [ended]],
  ['ends all subscriptions with one', { ending: 'ends-all' }, [ended]],
]

describe('the checks of messages about revocations', () => {
  it('pass for a store that tells its listeners, and for one that has none', async () => {
    const withoutMessages = revocationStoreChecks(
      ({ max, maxPerIssuer }) => new RevocationMemory(max, maxPerIssuer, () => Date.now() / 1000),
    )
    expect([await failuresOf(revocationChecks()), await failuresOf(withoutMessages)]).toEqual([[], []])
  })

  it.each(revocationFlaws)('fail, these and no others, for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(revocationChecks(flaws))).toEqual(expected)
  })

  it('all fail for a store that tells nobody of revocations', async () => {
    const failures = await failuresOf(revocationChecks({ silentOn: 'revocations' }))
    expect(failures).toEqual(revocationChecks().map(({ name }) => name))
  })
})

describe('the checks of messages about terminations', () => {
  it('pass for a store that tells its listeners', async () => {
    expect(await failuresOf(tombstoneChecks())).toEqual([])
  })

  it.each(tombstoneFlaws)('fail, these and no others, for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(tombstoneChecks(flaws))).toEqual(expected)
  })

  it('all fail for a store that tells nobody', async () => {
    const failures = await failuresOf(tombstoneChecks({ silentOn: 'terminations' }))
    expect(failures).toEqual(tombstoneChecks().map(({ name }) => name))
  })
})

describe('the checks of messages, without an option of the caller,', () => {
  it('wait for a listener that hears late', async () => {
    const fleet = revocationFleet(makeRevocations({ max: 40, maxPerIssuer: 4 }))
    const checks = revocationStoreChecks(() => fleet.store, { peer: () => fleet.peer })
    const purge = checks.filter(({ name }) => name === 'tells a listener of a purge')
    expect([purge.length, await failuresOf(purge)]).toEqual([1, []])
  })

  it('report why nothing could be recorded to be heard of', async () => {
    const { store } = revocationFleet(makeRevocations({ max: 40, maxPerIssuer: 4 }))
    const add = async (): Promise<never> => Promise.reject(new Error('the server is read-only'))
    const checks = revocationStoreChecks(() => ({ ...store, add }), { heard: heardSoon }).filter(isPush)
    await expect(checks[0]?.run()).rejects.toThrow('the server is read-only')
  })
})
