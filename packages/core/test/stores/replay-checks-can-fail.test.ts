import { replayStoreChecks, type StoreCheck } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { makeReplays, type ReplayFlaws } from './flawed-replays.ts'
import { flawedKeys } from './flawed-stores.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

function checksOf(flaws?: ReplayFlaws, settable = true): readonly StoreCheck[] {
  let time = 1_790_000_000
  const now = () => time
  const advance = (seconds: number): void => {
    time += seconds
  }
  return replayStoreChecks((bounds) => makeReplays(bounds, now, flaws), settable ? { now, advance } : { now })
}

const first = 'tells the first from the repeated'
const together = 'lets exactly one of many at the same time be first'
const stale = 'keeps a signature that is just stale'
const tooStale = 'cannot tell of a signature that is stale for longer than a minute'
const ahead = 'cannot tell of a signature that lies too far ahead'
const wide = 'goes by the window of the signature'
const keyShare = 'refuses what is over the share of a key, and forgets nothing'
const otherKey = 'leaves the share of a key to it when another has used up its own'
const issuerBound = 'is bounded for one issuer, and forgets nothing'
const poolBound = 'is bounded over all unlisted issuers, and forgets nothing'
const greedy = 'leaves room to an unlisted issuer when some others take all they can'
const listedKept = 'leaves the shares of listed issuers to them when unlisted ones use up theirs'
const unlistedKept = 'leaves the room of unlisted issuers to them when listed ones use up theirs'
const atOnce = 'holds the bound when much is marked at the same time'
const lastSecond = 'remembers through the last second in which the signature is fresh'
const minute = 'remembers for another minute, to the second'
const apart = 'goes by its own clock where signatures end at different times'
const back = 'gives the share back when signatures have ended'
const backAnyway = 'gives the share back although another signature ends later'
const roomBack = 'gives the room of unlisted issuers back when signatures have ended'

/** Faults of a store, and checks that detect them. */
const flawed: readonly (readonly [string, ReplayFlaws, readonly string[]])[] = [
  ['ignores the key', { key: (_, print) => print }, ['keeps the signatures of keys apart']],
  ['forgets at once', { keeps: Number.NEGATIVE_INFINITY }, [first, together, stale, keyShare]],
  ['forgets 55 s too early', { keeps: 5 }, [stale, minute, apart]],
  ['forgets when the signature is stale', { keeps: 0 }, [stale, lastSecond, minute]],
  ['forgets in second `until + 59`', { keeps: 59 }, [minute]],
  ['says that it cannot tell a second early', { tellsFor: 59 }, [minute]],
  ['says a second late that it cannot tell, having forgotten', { tellsFor: 61 }, [minute]],
  ['takes what is long stale for new', { tellsFor: Number.POSITIVE_INFINITY }, [tooStale, minute]],
  ['never forgets', { keeps: Number.POSITIVE_INFINITY }, [back, backAnyway, roomBack]],
  ['takes what is far ahead', { ahead: () => Number.POSITIVE_INFINITY }, [ahead]],
  ['refuses what a clock ahead may send', { ahead: (window) => 2 * window }, [ahead]],
  ['goes by a window of its own', { ahead: () => 180 }, [wide]],
  ['looks before it waits', { pauses: true }, [together, atOnce]],
  ['evicts', { whenFull: 'evicts' }, [keyShare, issuerBound, poolBound]],
  ['lets pass what it has no room for', { whenFull: 'answers-first' }, [keyShare, issuerBound, poolBound]],
  ['knows no share of a key', { knows: { maxPerKey: false } }, [keyShare, atOnce]],
  ['knows no share of an issuer', { knows: { maxPerIssuer: false } }, [issuerBound]],
  ['knows no bound for the unlisted', { knows: { max: false } }, [poolBound]],
  ['has one share for all keys', { shareOf: () => 'all' }, [otherKey]],
  ['lets a few unlisted issuers take all room', { shrinks: false }, [greedy]],
  ['has one pool for all', { listedApart: false }, [listedKept, unlistedKept]],
  [
    'keeps listed and unlisted marks apart',
    { remembersListed: true },
    ['finds a signature whether its issuer is listed or not'],
  ],
  ['stops at the first mark that lives', { sweepsInOrder: true }, [backAnyway]],
]

describe('the checks of replay stores', () => {
  it('pass for a store that fulfils the contract, with and without a settable clock', async () => {
    expect([await failuresOf(checksOf()), await failuresOf(checksOf(undefined, false))]).toEqual([[], []])
  })

  it.each(flawed)('fail for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(checksOf(flaws))).toEqual(expect.arrayContaining([...expected]))
  })

  it.each(Object.entries(flawedKeys))(
    'fail, by a pair of keys and nothing else, for a store that %s',
    async (_, { key }) => {
      expect(await failuresOf(checksOf(key && { key }))).toEqual([expect.stringMatching(/^tells /)])
    },
  )

  it('each fail for some store', async () => {
    const every = [
      ...flawed.map(([, flaws]) => flaws),
      ...Object.values(flawedKeys).map(({ key }) => ({ key })),
    ]
    const failed = new Set<string>()
    for (const flaws of every)
      for (const name of await failuresOf(checksOf(flaws as ReplayFlaws))) failed.add(name)
    const names = checksOf().map(({ name }) => name)
    expect(names.filter((name) => !failed.has(name) && !isProvedElsewhere(name))).toEqual([])
  })

  it('fail for a store that forgets early even without a settable clock', async () => {
    expect(await failuresOf(checksOf({ keeps: 5 }, false))).toContain(stale)
  })

  it('fail for a store that each process has for itself [REPLAY-1]', async () => {
    const now = () => 1_790_000_000
    const checks = replayStoreChecks((bounds) => makeReplays(bounds, now), {
      now,
      peer: () => makeReplays({ max: 40, maxPerIssuer: 16, maxPerKey: 4 }, now),
    })
    expect(await failuresOf(checks)).toEqual(expect.arrayContaining([first, together]))
  })
})
