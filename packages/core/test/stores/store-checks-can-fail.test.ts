import { revocationStoreChecks, type StoreCheck } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { type ClockedRevocations, type Flaws, flawedKeys, makeRevocations } from './flawed-stores.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

const checksOf = (flaws?: Flaws): readonly StoreCheck[] => {
  let store: ClockedRevocations | undefined
  return revocationStoreChecks((bounds) => (store = makeRevocations(bounds, flaws)), {
    advance: (seconds) => store?.advance(seconds),
  })
}
const checkRevocations = (flaws?: Flaws) => failuresOf(checksOf(flaws))

const oneShare: Flaws = { shareOf: () => 'all' }

const revocationFlaws: readonly [string, Flaws, string][] = [
  ['forgets', { forgets: true }, 'finds what was recorded, and only that'],
  ['ignores the issuer', { key: (_, jti) => jti }, 'keeps the tokens of issuers apart'],
  ['counts repetitions', { again: 'counted' }, 'takes a repetition, and counts it once'],
  ['drops entries at exp', { keeps: -60 }, 'makes no room for what has not ended'],
  [
    'finds no entries whose token has expired',
    { hidesExpired: true },
    'keeps an entry whose token has just expired',
  ],
  ['drops entries two seconds early', { keeps: -2 }, 'keeps an entry until a minute after exp'],
  ['keeps entries for ever', { keeps: 1e9 }, 'makes room when entries have ended'],
  ['keeps entries for ever', { keeps: 1e9 }, 'makes room for everybody when entries have ended'],
  ['takes the last exp', { again: 'latest' }, 'does not let a repetition shorten an entry'],
  ['keeps the first exp', { again: 'earliest' }, 'lets a repetition lengthen an entry'],
  ['evicts', { whenFull: 'evicts' }, 'refuses what is over the share of an issuer, and forgets nothing'],
  [
    'knows no share',
    { whenFull: 'grows' },
    'refuses what is over the share of an issuer, and forgets nothing',
  ],
  ['has one share for all', oneShare, 'leaves the share of an issuer to it when another has used up its own'],
  ['refuses repetitions', { again: 'full' }, 'takes a repetition when the share is used up'],
  [
    'knows no bound',
    { whenFull: 'grows-beyond-all' },
    'is bounded over all unlisted issuers, and forgets nothing',
  ],
  [
    'evicts anybody',
    { whenFull: 'evicts-anybody' },
    'is bounded over all unlisted issuers, and forgets nothing',
  ],
  [
    'has no room apart for listed issuers',
    { unlistedOnly: true },
    'leaves a listed issuer its share when unlisted ones have used up theirs',
  ],
  ['knows no purge', { purges: 'nobody' }, 'tells when an issuer was purged, for each of its tokens'],
  ['purges everybody', { purges: 'anybody' }, 'tells when an issuer was purged, for each of its tokens'],
  ['tells of the first purge', { purges: 'first' }, 'tells of the last purge'],
  ['forgets a purge', { purges: 'forgets' }, 'forgets no purge, however long ago it was'],
  ['forgets revocations in a purge', { purges: 'drops' }, 'keeps revocations of an issuer that was purged'],
  ['writes back what it read', { overwrites: true }, 'loses nothing of what is recorded at the same time'],
  ['counts before it waits', { pauses: true }, 'holds the bound when much is recorded at the same time'],
  [
    'counts each of many at once',
    { pauses: true, again: 'counted' },
    'counts one entry that is recorded many times at once as one',
  ],
]

const keyFlaws = Object.entries(flawedKeys)

describe('the checks of revocation stores', () => {
  it('pass for a store that fulfils the contract', async () => {
    expect(await checkRevocations()).toEqual([])
  })

  it.each(revocationFlaws)('fail for a store that %s', async (_, flaws, check) => {
    expect(await checkRevocations(flaws)).toContain(check)
  })

  it.each(keyFlaws)('fail, by a pair of keys and nothing else, for a store that %s', async (_, flaws) => {
    expect(await checkRevocations(flaws)).toEqual([expect.stringMatching(/^tells /)])
  })

  it('each fail for some store', async () => {
    const names = checksOf().map(({ name }) => name)
    const every = [...revocationFlaws.map(([, flaws]) => flaws), ...Object.values(flawedKeys)]
    const failed = new Set((await Promise.all(every.map(checkRevocations))).flat())
    expect(names.filter((name) => !failed.has(name) && !isProvedElsewhere(name))).toEqual([])
  })

  it('fail for a store that each process has for itself [K20]', async () => {
    const checks = revocationStoreChecks((bounds) => makeRevocations(bounds), {
      peer: () => makeRevocations({ max: 40, maxPerIssuer: 4 }),
    })
    expect(await failuresOf(checks)).toContain('finds what was recorded, and only that')
  })
})
