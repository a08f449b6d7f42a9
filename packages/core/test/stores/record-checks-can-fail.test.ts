import { recordStoreChecks, type StoreCheck } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { makeRecords, type RecordFlaws } from './flawed-records.ts'
import { flawedKeys } from './flawed-stores.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

function checksOf(flaws?: RecordFlaws, settable = true): readonly StoreCheck[] {
  let time = 1_790_000_000
  const now = () => time
  const advance = (seconds: number): void => {
    time += seconds
  }
  return recordStoreChecks((bounds) => makeRecords(bounds, now, flaws), settable ? { now, advance } : { now })
}

/** Faults of a store, and the beginning of a check that detects each. */
const flawed: readonly (readonly [string, RecordFlaws, string])[] = [
  ['forgets', { forgets: true }, 'finds the record that was created'],
  ['takes all kinds for one', { key: ({ id }) => id }, 'tells records of different kinds'],
  ['takes all ids for one', { key: ({ kind }) => kind }, 'finds the record that was created'],
  ['keeps octets as text', { keeps: 'text' }, 'returns the octets and the time'],
  ['keeps whole seconds', { wholeSeconds: true }, 'returns the octets and the time'],
  ['keeps what was handed to it', { keeps: 'octets' }, 'does not change with what'],
  ['returns what it keeps', { keeps: 'found' }, 'does not change with what'],
  ['creates over what exists', { createOverwrites: true }, 'creates a record once'],
  ['creates what it did not find before', { pauses: 'create' }, 'creates one of the records'],
  ['replaces any version', { ignoresVersion: true }, 'replaces no other version'],
  ['replaces what is not there', { replaceCreatesMissing: true }, 'replaces no other version'],
  ['does not replace `open`', { keepsOpen: true }, 'replaces the version that it is given'],
  ['does not replace `expires`', { ignoresExpires: true }, 'replaces the version that it is given'],
  ['compares and sets in two steps', { pauses: 'replace' }, 'replaces a version once, whoever'],
  ['has one version', { versions: 'constant' }, 'gives out a version once'],
  ['counts the versions of a record', { versions: 'count-of-record' }, 'gives out a version once'],
  ['creates nothing with another', { transaction: 'never-creates' }, 'replaces a record and creates'],
  ['creates before it replaces', { transaction: 'creates-first' }, 'creates nothing if it replaces'],
  ['replaces before it creates', { transaction: 'replaces-first' }, 'replaces nothing if the record'],
  ['creates over a claim', { transaction: 'overwrites' }, 'replaces nothing if the record'],
  ['claims in two steps', { pauses: 'creates' }, 'creates a record for one of those'],
  ['removes what it ends', { end: 'removes' }, 'ends the records that have a tag'],
  ['ends open records only', { end: 'open-only' }, 'ends the records that have a tag'],
  ['ends by the first tag', { end: 'first-tag' }, 'ends the records that have a tag'],
  ['ends nothing', { end: 'nothing' }, 'ends the records that have a tag'],
  ['ends everything', { end: 'everything' }, 'ends the records that have a tag'],
  ['ends after it has resolved', { end: 'later' }, 'replaces no version from before the end'],
  ['leaves ended records open', { end: 'stays-open' }, 'ends the records that have a tag'],
  ['keeps the version of what it ends', { end: 'same-version' }, 'replaces no version from before the end'],
  ['keeps the last reason', { end: 'last-reason' }, 'ends a record once'],
  ['counts what was ended before', { end: 'counts-all' }, 'ends a record once'],
  ['ends what is gone', { end: 'expired-too' }, 'ends no record whose time has passed'],
  ['forgets an end with the next version', { replaceRevives: true }, 'keeps a record ended'],
  ['ignores later tags', { tags: 'ignored-later' }, 'ends a record by a tag that it got later'],
  ['replaces tags', { tags: 'replaced-later' }, 'ends a record by a tag that it got later'],
  ['keeps tags of an earlier record', { tags: 'of-key' }, 'ends no record whose time has passed'],
  ['lists open records only', { list: 'open-only' }, 'lists the records that have a tag'],
  ['lists everything', { list: 'everything' }, 'lists the records that have a tag'],
  ['lists by the first tag', { list: 'first-tag' }, 'lists the records that have a tag'],
  ['lists all as of one kind', { list: 'forgets-kind' }, 'lists the records that have a tag'],
  ['lists nothing that was ended', { list: 'live-only' }, 'lists records that were ended'],
  ['lists all in one page', { list: 'ignores-limit' }, 'lists each record in one page'],
  ['lists the first page again', { list: 'ignores-after' }, 'lists each record in one page'],
  ['looks for the last record of a page', { list: 'finds-after' }, 'lists each record in one page'],
  ['orders its pages by id', { list: 'after-by-id' }, 'lists records of several kinds'],
  ['lists what is gone', { list: 'expired-too' }, 'lists no record whose time has passed'],
  ['has shorter pages for what is gone', { list: 'short-pages' }, 'lists no record whose time has passed'],
  ['removes no tags', { removal: 'ignored' }, 'ends no record by a tag that it lost'],
  ['removes all tags', { removal: 'of-all' }, 'lists a record by a tag that it got later'],
  ['removes tags before it refuses', { removal: 'of-refused' }, 'changes no tags of a record'],
  ['forgets no record', { endsAt: () => Number.POSITIVE_INFINITY }, 'finds a record until its time'],
  ['forgets 20 s early', { endsAt: ({ expires }) => expires - 20 }, 'finds a record until its time'],
  ['keeps 2 s too long', { endsAt: ({ expires }) => expires + 2 }, 'finds a record until its time'],
  ['goes by the first time', { endsAt: (_, first) => first }, 'goes by the time of the last version'],
  ['creates nothing over what is gone', { staleCheck: 'create' }, 'replaces no record whose time'],
  ['claims nothing over what is gone', { staleCheck: 'creates' }, 'creates a record again when'],
  ['knows no share of owners', { shares: 'no-owner' }, 'refuses the open records of an owner'],
  ['counts before it waits', { pauses: 'quota' }, 'never exceeds the share of an owner'],
  [
    'tells of space before it looks',
    { shares: 'full-before-exists' },
    'refuses the open records of an owner',
  ],
  ['knows no share of issuers', { shares: 'no-issuer' }, 'refuses the open records of an unlisted'],
  ['knows no share of all', { shares: 'no-pool' }, 'refuses the open records of all unlisted'],
  ['knows no share of listed issuers', { shares: 'no-listed' }, 'refuses the open records of a listed'],
  ['has one pool for all', { shares: 'one-pool' }, 'refuses the open records of a listed'],
  ['has one pool for listed issuers', { shares: 'one-listed' }, 'refuses the open records of a listed'],
  ['evicts', { shares: 'evicts' }, 'removes nothing when a share is used up'],
  ['counts closed records as open', { shares: 'closed-count' }, 'refuses the open records of an owner'],
  ['counts what was closed', { shares: 'closed-kept' }, 'gives the share of open records back'],
  ['counts what was ended', { shares: 'ended-kept' }, 'gives the share of open records back'],
  ['opens whatever the share', { shares: 'reopens' }, 'opens a record only where there is space'],
  ['opens what was ended', { shares: 'ended-reopened' }, 'opens a record only where there is space'],
  ['bounds no octets of owners', { shares: 'no-owner-octets' }, 'refuses octets of an owner'],
  ['bounds no octets of issuers', { shares: 'no-issuer-octets' }, 'refuses octets of an unlisted issuer'],
  ['bounds no octets of listed', { shares: 'no-listed-octets' }, 'refuses octets of a listed issuer'],
  ['bounds no octets of all', { shares: 'no-pool-octets' }, 'refuses octets of all unlisted issuers'],
  ['counts octets of open records', { shares: 'open-octets' }, 'refuses octets of an owner'],
  ['counts octets only', { shares: 'no-overhead' }, 'counts each record for more'],
  ['reserves nothing', { shares: 'no-reserve' }, 'counts reserved octets from the beginning'],
  ['replaces whatever the space', { shares: 'replace-unchecked' }, 'replaces a record beyond what'],
  ['creates whatever the space', { shares: 'creates-unchecked' }, 'replaces nothing if there is no space'],
  ['forgets to count what stays', { shares: 'creates-leaks' }, 'counts as before what it did not replace'],
  ['does not count what it creates', { shares: 'creates-uncounted' }, 'counts a record that it creates'],
  ['counts what is gone', { shares: 'expired-kept' }, 'gives the shares back when the time'],
  ['counts by the first time', { endsAt: (_, first) => first }, 'gives no share back before the time'],
]

/** Issuers that are changed before use. */
const keyFlaws = Object.entries(flawedKeys).flatMap(([name, { key }]): [string, RecordFlaws][] =>
  key === undefined || name.startsWith('joins') || name.includes('scopes')
    ? []
    : [[name, { issuer: (issuer) => key('', issuer) }]],
)

describe('the checks of record stores', () => {
  it('pass for a store that fulfils the contract, with and without a settable clock', async () => {
    expect([await failuresOf(checksOf()), await failuresOf(checksOf(undefined, false))]).toEqual([[], []])
  })

  it('ask a store without bounds for none', async () => {
    const now = () => 1_790_000_000
    const wide = { max: 1e9, maxOctets: 1e12, maxPerIssuer: 1e9, maxPerOwner: 1e9 }
    expect(
      await failuresOf(recordStoreChecks(() => makeRecords(wide, now), { now, bounded: false })),
    ).toEqual([])
  })

  it.each(flawed)('fail for a store that %s', async (_, flaws, expected) => {
    const failures = await failuresOf(checksOf(flaws))
    expect(failures.filter((name) => name.startsWith(expected))).toHaveLength(1)
  })

  it.each(keyFlaws)('fail, by pairs of issuers, for a store that %s', async (_, flaws) => {
    const failures = await failuresOf(checksOf(flaws))
    expect(failures.filter((failure) => failure.startsWith('tells ['))).not.toEqual([])
  })

  it('each fail for some store', async () => {
    const failed = new Set<string>()
    for (const [, flaws] of flawed) for (const name of await failuresOf(checksOf(flaws))) failed.add(name)
    const names = checksOf().map(({ name }) => name)
    expect(
      names.filter((name) => !failed.has(name) && !isProvedElsewhere(name) && !name.startsWith('tells [')),
    ).toEqual([])
  })

  it('fail for a store that each process has for itself', async () => {
    const now = () => 1_790_000_000
    const checks = recordStoreChecks((bounds) => makeRecords(bounds, now), {
      now,
      peer: () => makeRecords({ max: 8, maxOctets: 1e5, maxPerIssuer: 4, maxPerOwner: 2 }, now),
    })
    expect((await failuresOf(checks)).length).toBeGreaterThan(20)
  })
})
