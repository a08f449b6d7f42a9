import { type StoreCheck, statusStoreChecks } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { makeStatuses, type StatusFlaws } from './flawed-statuses.ts'
import { flawedKeys } from './flawed-stores.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

function checksOf(flaws?: StatusFlaws, settable = true): readonly StoreCheck[] {
  let time = 1_790_000_000
  const now = () => time
  const advance = (seconds: number): void => {
    time += seconds
  }
  return statusStoreChecks(
    (bounds) => makeStatuses(bounds, now, flaws),
    settable ? { now, advance } : { now },
  )
}

const found = 'finds the answer that was put, and only that'
const failure = 'finds why the source could not be queried'
const inPlace = 'leaves the last answer "active" in place when an answer is "unknown"'
const lastFailure = 'tells of the last failure'
const endsFailures = 'ends the failures when an answer is "active"'
const lastActive = 'finds the last answer "active"'
const listed = 'finds an answer whether the person server is listed or not'
const lastListed = 'finds the last answer, whether the person server was listed or not'
const forgets = 'forgets an answer when it is told to'
const forgetsListed = 'forgets an answer whether the person server is listed or not'
const forgetsOne = 'forgets the mission that it is told to, and no other'
const handed = 'does not change with what was handed to it'
const fractions = 'takes fractions of a millisecond'
const oneClaim = 'gives a claim to exactly one of many at the same time'
const noSecond = 'gives no second claim while one stands'
const missionsApart = 'gives claims of different missions'
const afterPut = 'gives a new claim when an answer was put'
const afterForget = 'gives a new claim when the mission was forgotten'
const notTwice = 'gives no claim twice'
const oneAnswer = 'keeps one answer of a claim, of many at the same time'
const unclaimed = 'keeps no answer without a claim'
const used = 'keeps no answer under a claim that was used'
const forgotten = 'keeps no answer under a claim that was forgotten'
const foreign = 'keeps no answer under the claim of another mission'
const putListed = 'keeps an answer whether the person server is listed or not'
const second = 'finds the second of the claim, if its answer was "active"'
const leftOfActive = 'finds what is left of an answer "active", by its own clock'
const leftOfUnknown = 'finds what is left of an answer "unknown", by its own clock'
const nothingMore = 'finds nothing more of an answer "active" when later ones are "unknown"'
const stands = 'lets a claim stand for its time, by its own clock'
const ends = 'ends a claim when its time has passed'
const untilPassed = 'keeps an answer under a claim until its time has passed'
const expired = 'keeps no answer under a claim whose time has passed'
const notOfAnswer = 'finds the second of the claim, not that of the answer'
const listedBound = 'holds no more answers about listed person servers than it may'
const unlistedBound = 'holds no more answers about unlisted person servers than it may'
const listedKept = 'keeps answers about listed person servers when unlisted ones use up their space'
const unlistedKept = 'keeps answers about unlisted person servers when listed ones use up their space'
const listedClaims = 'keeps claims for listed person servers when unlisted ones use up their space'
const unlistedClaims = 'keeps claims for unlisted person servers when listed ones use up their space'
const manyClaims = 'gives no second claim while one stands, however many are claimed'
const spaceBack = 'gives space for claims back when their time has passed'

/** Faults of a store, and checks that detect them. */
const flawed: readonly (readonly [string, StatusFlaws, readonly string[]])[] = [
  ['finds nothing', { finds: 'nothing' }, [found, failure, inPlace, listed]],
  ['takes all missions for one', { key: () => 'one' }, [found, missionsApart, forgetsOne]],
  ['ignores the person server', { key: (_, s256) => s256 }, [found, missionsApart, forgetsOne]],
  [
    'keeps listed and unlisted answers apart',
    { listedApart: 'answers' },
    [listed, lastListed, forgetsListed],
  ],
  ['keeps listed and unlisted claims apart', { listedApart: 'claims' }, [noSecond, putListed, afterForget]],
  ['claims for everybody', { claims: 'everybody' }, [oneClaim, noSecond, stands]],
  ['reads before it claims', { pauses: 'claim' }, [oneClaim]],
  ['gives a claim that stands again', { claims: 'the-same' }, [oneClaim, noSecond]],
  ['numbers claims by mission', { claims: 'numbered-by-mission' }, [notTwice, forgotten]],
  ['lets claims stand for ever', { claims: 'for-ever' }, [ends, expired, spaceBack]],
  ['ends claims at half their time', { claims: 'for-half' }, [stands, untilPassed]],
  ['evicts claims', { claims: 'evicted' }, [manyClaims]],
  ['keeps answers without a claim', { puts: 'any' }, [unclaimed, used, forgotten, foreign, expired]],
  ['does not compare claims', { puts: 'any-that-stands' }, [unclaimed, used, forgotten, foreign]],
  ['keeps an answer under a claim that ended', { puts: 'ended' }, [expired]],
  ['keeps an answer under every claim that was not used', { puts: 'given' }, [forgotten, foreign, expired]],
  [
    'keeps an answer under every claim that was given',
    { puts: 'given', used: 'is-kept' },
    [used, forgotten, foreign, expired],
  ],
  ['keeps an answer under the claim of any mission', { puts: 'of-another-mission' }, [foreign]],
  ['reads the claim before it puts', { pauses: 'put' }, [oneAnswer]],
  ['lets a claim stand that was used', { used: 'stands' }, [afterPut, used, oneAnswer]],
  ['forgets answers, but no claims', { forgets: 'answers-only' }, [afterForget, forgotten]],
  ['forgets claims, but no answers', { forgets: 'claims-only' }, [forgets]],
  ['finds a forgotten answer again', { forgets: 'hides' }, [forgets]],
  ['forgets everything', { forgets: 'everything' }, [forgetsOne]],
  [
    'drops "active" when an answer is "unknown"',
    { unknown: 'drops-active' },
    [inPlace, nothingMore, lastListed],
  ],
  ['renews "active" when an answer is "unknown"', { unknown: 'renews-active' }, [nothingMore]],
  ['loses the second when an answer is "unknown"', { unknown: 'loses-second' }, [inPlace, notOfAnswer]],
  ['keeps failures when an answer is "active"', { active: 'keeps-failures' }, [endsFailures]],
  ['keeps the first answer "active"', { active: 'first' }, [lastActive]],
  ['keeps the longest answer "active"', { active: 'longest' }, [lastActive]],
  ['keeps the first failure', { failures: 'first' }, [lastFailure]],
  ['keeps no hint', { failures: 'without-hint' }, [failure, inPlace, lastFailure]],
  ['returns the whole `freshFor`', { durations: 'whole' }, [leftOfActive, nothingMore]],
  ['returns the whole `staleFor`', { durations: 'stale-whole' }, [leftOfActive, nothingMore]],
  ['returns the whole `failedFor`', { durations: 'failed-whole' }, [leftOfUnknown]],
  ['counts durations in seconds', { durations: 'in-seconds' }, [leftOfActive, leftOfUnknown]],
  [
    'goes by the clock of a caller that is 90 s ahead',
    { callerAhead: { answers: 90, claims: 90 } },
    [found, failure, leftOfActive, leftOfUnknown, ends, expired],
  ],
  [
    'goes by the clock of a caller that is 90 s behind',
    { callerAhead: { answers: -90, claims: -90 } },
    [found, failure, oneClaim, noSecond, stands, leftOfActive, leftOfUnknown],
  ],
  ['goes for claims by the clock of a caller ahead', { callerAhead: { claims: 90 } }, [ends, expired]],
  ['goes for claims by the clock of a caller behind', { callerAhead: { claims: -90 } }, [oneClaim, stands]],
  ['takes the second of the answer for that of the claim', { askedAt: 'of-answer' }, [notOfAnswer]],
  ['keeps the second of the claim in milliseconds', { askedAt: 'in-milliseconds' }, [second, notOfAnswer]],
  ['takes whole milliseconds only', { wholeOnly: true }, [fractions]],
  ['keeps what was handed to it', { keepsHanded: true }, [handed]],
  ['has one pool for all', { bounds: 'one-pool' }, [listedKept, unlistedKept]],
  [
    'has one pool for all, and evicts claims',
    { bounds: 'one-pool', claims: 'evicted' },
    [listedClaims, unlistedClaims],
  ],
  ['knows no bound', { bounds: 'grows' }, [listedBound, unlistedBound]],
  ['does not remove claims that ended', { bounds: 'claims-never-end' }, [spaceBack]],
]

describe('the checks of status stores', () => {
  it('pass for a store that fulfils the contract, with and without a settable clock', async () => {
    expect([await failuresOf(checksOf()), await failuresOf(checksOf(undefined, false))]).toEqual([[], []])
  })

  it('ask a store without bounds for none', async () => {
    const now = () => 1_790_000_000
    const make = () => makeStatuses({ max: 1000 }, now)
    expect(await failuresOf(statusStoreChecks(make, { now, bounded: false }))).toEqual([])
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
    const keyed = Object.values(flawedKeys).map(({ key }): StatusFlaws => (key ? { key } : {}))
    const failed = new Set<string>()
    for (const flaws of [...flawed.map(([, flaws]) => flaws), ...keyed])
      for (const name of await failuresOf(checksOf(flaws))) failed.add(name)
    const names = checksOf().map(({ name }) => name)
    expect(names.filter((name) => !failed.has(name) && !isProvedElsewhere(name))).toEqual([])
  })

  it('fail for a store that each process has for itself', async () => {
    const now = () => 1_790_000_000
    const checks = statusStoreChecks((bounds) => makeStatuses(bounds, now), {
      now,
      peer: () => makeStatuses({ max: 8 }, now),
    })
    expect(await failuresOf(checks)).toEqual(expect.arrayContaining([found, oneClaim, noSecond, forgets]))
  })
})
