import { linkStoreChecks, type StoreCheck } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { type LinkFlaws, makeLinks } from './flawed-links.ts'
import { flawedKeys } from './flawed-stores.ts'
import { isProvedElsewhere } from './proved-elsewhere.ts'

function checksOf(flaws?: LinkFlaws, settable = true): readonly StoreCheck[] {
  let time = 1_790_000_000
  const now = () => time
  const advance = (seconds: number): void => {
    time += seconds
  }
  return linkStoreChecks((bounds) => makeLinks(bounds, now, flaws), settable ? { now, advance } : { now })
}

const found = 'finds the link that was added, and only that'
const members = 'returns the members of a link as they were added'
const last = 'finds the link that was added last for a key'
const lastListed = 'finds the link that was added last, whether its provider is listed or not'
const handed = 'does not change with what was handed to it'
const fraction = 'takes a fraction of a millisecond'
const atOnce = 'loses nothing of what is added at the same time'
const agreed = 'agrees on one of the links that are added for a key at the same time'
const until = 'finds a link until its time has passed'
const passed = 'does not find a link whose time has passed'
const lastTime = 'goes by the time of the link that was added last'
const noReturn = 'does not return to an older link when the time of the last one has passed'
const listedBound = 'holds no more links of listed providers than it may'
const unlistedBound = 'holds no more links of unlisted providers than it may'
const listedKept = 'keeps the links of listed providers when unlisted ones use up their space'
const unlistedKept = 'keeps the links of unlisted providers when listed ones use up their space'
const noOlder = 'finds no older link of a key for whose last link there is no space'

/** What it keeps of a link, as one text. */
const joined: LinkFlaws['keeps'] = ({ iss, jti, ...rest }) => {
  const [first = '', second = ''] = `${iss}:${jti}`.split(/:(?!\/)/)
  return { ...rest, iss: first, jti: second }
}

/** Faults of a store, and checks that detect them. */
const flawed: readonly (readonly [string, LinkFlaws, readonly string[]])[] = [
  ['forgets', { forgets: true }, [found, members, last, atOnce, until]],
  ['takes all keys for one', { key: () => 'key' }, [found, atOnce]],
  ['joins issuer and jti', { keeps: joined }, [members]],
  ['keeps the time of the add as `iat`', { keeps: (link) => ({ ...link, iat: link.exp }) }, [found, members]],
  ['keeps what was handed to it', { keeps: (link) => link }, [handed]],
  ['keeps the first link', { again: 'first' }, [last, lastListed]],
  ['keeps the link of the youngest token', { again: 'latest-iat' }, [last]],
  ['does not replace what is in the other pool', { poolsApart: true }, [lastListed, noReturn]],
  ['takes whole milliseconds only', { wholeOnly: true }, [fraction]],
  ['writes back what it read', { overwrites: true }, [atOnce]],
  ['writes one member after the other', { pauses: true }, [agreed]],
  ['forgets no link', { endsAt: () => Number.POSITIVE_INFINITY }, [passed, lastTime, noReturn]],
  ['keeps a link as long as its token', { endsAt: ({ exp }) => exp }, [passed, lastTime]],
  ['forgets links 20 s early', { endsAt: ({ linkedFor }, now) => now + linkedFor / 1000 - 20 }, [until]],
  ['keeps links 2 s too long', { endsAt: ({ linkedFor }, now) => now + linkedFor / 1000 + 2 }, [passed]],
  ['takes milliseconds for seconds', { endsAt: ({ linkedFor }, now) => now + linkedFor }, [passed]],
  ['goes by the clock of a caller that is 90 s ahead', { callerAhead: 90 }, [passed, lastTime, noReturn]],
  ['goes by the clock of a caller that is 90 s behind', { callerAhead: -90 }, [found, until]],
  ['goes by the time of the first link', { again: 'first-time' }, [lastTime]],
  ['goes by the longest time', { again: 'longest-time' }, [lastTime, noReturn]],
  ['knows no bound', { whenFull: 'grows' }, [listedBound, unlistedBound]],
  ['has one pool for all', { onePool: true }, [listedKept, unlistedKept]],
  ['leaves the older link when it is full', { whenFull: 'refuses-and-keeps' }, [noOlder]],
]

/** Keys that are changed before use. A link has one key, so that there is nothing to join. */
const keyFlaws = Object.entries(flawedKeys).flatMap(([name, { key }]): [string, LinkFlaws][] =>
  key === undefined || name.startsWith('joins') || name.includes('scopes')
    ? []
    : [[name, { key: (thumbprint) => key('', thumbprint) }]],
)

describe('the checks of link stores', () => {
  it('pass for a store that fulfils the contract, with and without a settable clock', async () => {
    expect([await failuresOf(checksOf()), await failuresOf(checksOf(undefined, false))]).toEqual([[], []])
  })

  it('pass for a store that refuses links for which there is no space', async () => {
    expect(await failuresOf(checksOf({ whenFull: 'refuses' }))).toEqual([])
  })

  it('ask a store without bounds for none', async () => {
    const now = () => 1_790_000_000
    const make = () => makeLinks({ max: 1000 }, now)
    expect(await failuresOf(linkStoreChecks(make, { now, bounded: false }))).toEqual([])
  })

  it.each(flawed)('fail for a store that %s', async (_, flaws, expected) => {
    expect(await failuresOf(checksOf(flaws))).toEqual(expect.arrayContaining([...expected]))
  })

  it.each(keyFlaws)('fail, by pairs of keys and nothing else, for a store that %s', async (_, flaws) => {
    const failures = await failuresOf(checksOf(flaws))
    expect(failures).not.toEqual([])
    expect(failures.filter((failure) => !failure.startsWith('tells '))).toEqual([])
  })

  it('each fail for some store', async () => {
    const failed = new Set<string>()
    for (const [, flaws] of flawed) for (const name of await failuresOf(checksOf(flaws))) failed.add(name)
    const names = checksOf().map(({ name }) => name)
    expect(names.filter((name) => !failed.has(name) && !isProvedElsewhere(name))).toEqual([])
  })

  it('fail for a store that each process has for itself', async () => {
    const now = () => 1_790_000_000
    const checks = linkStoreChecks((bounds) => makeLinks(bounds, now), {
      now,
      peer: () => makeLinks({ max: 8 }, now),
    })
    expect(await failuresOf(checks)).toEqual(expect.arrayContaining([found, last, agreed]))
  })
})
