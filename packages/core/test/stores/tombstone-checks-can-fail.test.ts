import type { TombstoneStore } from '@aauth-guard/core'
import { type StoreCheck, tombstoneStoreChecks } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { flawedKeys } from './flawed-stores.ts'
import { FlawedTombstones, type TombstoneFlaws } from './flawed-tombstones.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

const reopen = (store: TombstoneStore): TombstoneStore => (store as FlawedTombstones).reopened()
const checksOf = (flaws?: TombstoneFlaws): readonly StoreCheck[] => {
  let store: FlawedTombstones | undefined
  return tombstoneStoreChecks(({ maxPerServer }) => (store = new FlawedTombstones(maxPerServer, flaws)), {
    reopen,
    advance: (seconds) => store?.advance(seconds),
  })
}

const found = 'finds what was recorded, and only that'
const first = 'keeps the first tombstone of a mission'
const unreasoned = 'keeps a first tombstone without a reason'
const atOnce = 'loses nothing of what is recorded at the same time'
const agreed = 'agrees on one tombstone of a mission that ends many times at once'
const answers = 'answers for every mission of a person server whose share is used up'
const others = 'leaves its share to a person server when another has used up its own'
const again = 'takes a repetition when the share is used up'
const bound = 'holds the bound when much is recorded at the same time'
const restart = 'finds after a restart what was recorded before'
const firstAfter = 'keeps the first tombstone of a mission over a restart'
const fullAfter = 'answers after a restart for a person server whose share was used up before'
const clears = 'forgets that a termination was refused when it is told to'
const clearsOne = 'clears one person server, and no other'
const clearsFlag = 'keeps the tombstones of a person server that is cleared'
const refusesAgain = 'refuses after clearing what there is still no space for'
const clearedAfter = 'keeps over a restart that a person server was cleared'

/** Faults of a store, and every check that detects them. */
const flawed: readonly (readonly [string, TombstoneFlaws, readonly string[]])[] = [
  [
    'forgets why a mission ended',
    { keeps: ({ reason: _, ...rest }) => rest },
    ['tells why a mission ended', first, 'does not change with what was handed to it', restart, firstAfter],
  ],
  ['keeps what was handed to it', { keeps: (one) => one }, ['does not change with what was handed to it']],
  ['takes the last tombstone', { again: 'latest' }, [first, unreasoned, agreed, firstAfter]],
  ['learns a reason later', { again: 'reason' }, [unreasoned]],
  ['forgets after a year', { forgetsAfter: 31_536_000 }, ['forgets nothing, however long ago it was']],
  ['writes back what it read', { overwrites: true }, [atOnce, bound]],
  ['counts before it waits', { pauses: true }, [bound]],
  ['counts repetitions', { again: 'counted' }, ['counts a repetition once']],
  ['refuses repetitions', { again: 'full' }, [again]],
  [
    'evicts',
    { whenFull: 'evicts' },
    ['forgets nothing of a person server whose share is used up', bound, clearsFlag, refusesAgain],
  ],
  [
    'says nothing of an end it refused',
    { whenFull: 'says-nothing' },
    [answers, clearsOne, refusesAgain, fullAfter],
  ],
  ['says it is full before it is', { whenFull: 'says-it-too-early' }, [answers, again]],
  ['is full for everybody', { whenFull: 'says-it-of-everybody' }, [others, clears, fullAfter, clearedAfter]],
  ['has one share for all', { whenFull: 'shares' }, [atOnce, others]],
  ['clears nothing', { clearing: 'nothing' }, [clears, clearedAfter]],
  ['clears everybody', { clearing: 'everybody' }, [clearsOne]],
  ['removes tombstones when it clears', { clearing: 'removes' }, [clearsFlag, refusesAgain]],
  ['is never full again once it was cleared', { clearing: 'for-good' }, [refusesAgain]],
  ['loses in a restart that it was cleared', { restart: 'fills-again' }, [clearedAfter]],
  ['loses all in a restart', { restart: 'loses-all' }, [restart, firstAfter, fullAfter]],
  ['loses reasons in a restart', { restart: 'loses-reasons' }, [restart, firstAfter]],
  ['loses in a restart that it was full', { restart: 'loses-full' }, [fullAfter]],
  ['is full for everybody after a restart', { restart: 'spreads-full' }, [fullAfter]],
  ['takes the last tombstone after a restart', { restart: 'unlocks' }, [firstAfter]],
]

/** Faults that many checks detect, and the one check that is about them. */
const broken: readonly (readonly [string, TombstoneFlaws, string])[] = [
  ['forgets', { forgets: true }, found],
  ['ignores the person server', { key: (_, s256) => s256 }, 'keeps the missions of person servers apart'],
]

describe('the checks of tombstone stores', () => {
  it('pass for a store that fulfils the contract', async () => {
    expect(await failuresOf(checksOf())).toEqual([])
  })

  it.each(flawed)('fail, these and no others, for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(checksOf(flaws))).toEqual(expected)
  })

  it.each(broken)('fail for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(checksOf(flaws))).toContain(expected)
  })

  it.each(Object.entries(flawedKeys))(
    'fail, by a pair of keys and nothing else, for a store that %s',
    async (_, { key }) => {
      expect(await failuresOf(checksOf(key && { key }))).toEqual([expect.stringMatching(/^tells /)])
    },
  )

  it('each fail for some store', async () => {
    const every = [...flawed, ...broken].map(([, flaws]) => flaws)
    const keyed = Object.values(flawedKeys).map(({ key }) => (key ? { key } : {}))
    const outcomes = await Promise.all([...every, ...keyed].map((flaws) => failuresOf(checksOf(flaws))))
    const failed = new Set(outcomes.flat())
    expect(
      checksOf()
        .map(({ name }) => name)
        .filter((name) => !failed.has(name) && !isProvedElsewhere(name)),
    ).toEqual([])
  })

  it('fail for a store that each process has for itself [K20]', async () => {
    const checks = tombstoneStoreChecks(({ maxPerServer }) => new FlawedTombstones(maxPerServer), {
      peer: () => new FlawedTombstones(4),
    })
    const failures = await failuresOf(checks)
    for (const name of [found, agreed, bound]) expect(failures).toContain(name)
  })
})
