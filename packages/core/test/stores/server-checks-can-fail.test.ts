import {
  linkStoreChecks,
  replayStoreChecks,
  revocationStoreChecks,
  type StoreCheck,
  statusStoreChecks,
} from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { failuresOf } from './failures-of.ts'
import { makeLinks } from './flawed-links.ts'
import { type ServerFlaws, serverReplays, serverRevocations } from './flawed-servers.ts'
import { makeStatuses } from './flawed-statuses.ts'

interface Clock {
  readonly now: () => number
  readonly advance: (seconds: number) => void
}

/** @param step seconds by which it goes on whenever it is read */
function makeClock(start: number = 1_790_000_000, step: number = 0): Clock {
  let time = start
  return {
    now() {
      time += step
      return time
    },
    advance(seconds) {
      time += seconds
    },
  }
}

function replayChecks(flaws: ServerFlaws, bounded: boolean, clock = makeClock()): readonly StoreCheck[] {
  return replayStoreChecks((bounds) => serverReplays(bounded ? bounds : undefined, clock.now, flaws), {
    ...clock,
    bounded,
  })
}

function revocationChecks(flaws: ServerFlaws, bounded: boolean, clock = makeClock()): readonly StoreCheck[] {
  return revocationStoreChecks(
    (bounds) => serverRevocations(bounded ? bounds : undefined, clock.now, flaws),
    { ...clock, bounded },
  )
}

const stale = 'keeps a signature that is just stale'
const tooStale = 'cannot tell of a signature that is stale for longer than a minute'
const lastSecond = 'remembers through the last second in which the signature is fresh'
const minute = 'remembers for another minute, to the second'
const apart = 'goes by its own clock where signatures end at different times'
const back = 'gives the share back when signatures have ended'
const backAnyway = 'gives the share back although another signature ends later'
const poolBack = 'gives the room of unlisted issuers back when signatures have ended'

const justExpired = 'keeps an entry whose token has just expired'
const afterExp = 'keeps an entry until a minute after exp'
const noRoom = 'makes no room for what has not ended'
const room = 'makes room when entries have ended'
const roomForAll = 'makes room for everybody when entries have ended'

/** Faults of a store of signatures, the checks that detect them, and the checks that need bounds to do so. */
const replayFlaws: readonly (readonly [string, ServerFlaws, readonly string[], readonly string[]])[] = [
  ['forgets 55 s too early', { keeps: -55 }, [stale, lastSecond, minute, apart], []],
  ['keeps no minute after `until`', { keeps: 0 }, [stale, lastSecond, minute, apart], []],
  ['forgets in second `until + 59`', { keeps: 59 }, [minute], []],
  ['takes second `until + 60` for one in which it knows', { comparesLess: true }, [minute], []],
  [
    'keeps for a time reckoned by a caller 90 s ahead',
    { callerAhead: 90 },
    [stale, lastSecond, minute, apart],
    [],
  ],
  [
    'keeps for a time reckoned by a caller 90 s behind',
    { callerAhead: -90 },
    [],
    [back, backAnyway, poolBack],
  ],
  [
    'tells what is stale by a caller 90 s ahead',
    { callerAhead: 90, callerJudges: true },
    [stale, lastSecond, minute, apart],
    [],
  ],
  [
    'tells what is stale by a caller 90 s behind',
    { callerAhead: -90, callerJudges: true },
    [tooStale, minute],
    [back, backAnyway, poolBack],
  ],
]

const revocationFlaws: readonly (readonly [string, ServerFlaws, readonly string[], readonly string[]])[] = [
  ['forgets 55 s before `exp`', { keeps: -55 }, [justExpired, afterExp], [noRoom]],
  ['keeps no minute after `exp`', { keeps: 0 }, [justExpired, afterExp], [noRoom]],
  ['forgets in second `exp + 59`', { keeps: 59 }, [afterExp], []],
  [
    'keeps for a time reckoned by a caller 90 s ahead',
    { callerAhead: 90 },
    [justExpired, afterExp],
    [noRoom],
  ],
  ['keeps for a time reckoned by a caller 90 s behind', { callerAhead: -90 }, [], [room, roomForAll]],
]

/** Without bounds an entry may be kept for longer. */
const provable = <Row extends readonly unknown[]>(rows: readonly Row[], bounded: boolean): Row[] =>
  rows.filter(([, , always]) => bounded || (always as unknown[]).length > 0)

describe.each([
  ['that it bounds', true],
  ['without bounds', false],
])('a server that forgets by its own clock, and keeps entries %s,', (_, bounded) => {
  it('passes the checks of replay stores', async () => {
    expect(await failuresOf(replayChecks({}, bounded))).toEqual([])
  })

  it.each(provable(replayFlaws, bounded))(
    'fails these of them, and no others, if it %s',
    async (_, flaws, always, withBounds) => {
      const expected = [...always, ...(bounded ? withBounds : [])]
      const failures = await failuresOf(replayChecks(flaws, bounded))
      expect(failures.sort()).toEqual(expected.sort())
    },
  )

  it('passes the checks of revocation stores', async () => {
    expect(await failuresOf(revocationChecks({}, bounded))).toEqual([])
  })

  it.each(provable(revocationFlaws, bounded))(
    'fails these of them, and no others, if it %s',
    async (_, flaws, always, withBounds) => {
      const expected = [...always, ...(bounded ? withBounds : [])]
      const failures = await failuresOf(revocationChecks(flaws, bounded))
      expect(failures.sort()).toEqual(expected.sort())
    },
  )
})

describe('a server whose clock goes on while it is checked', () => {
  const starts = [0, 0.5, 0.9, 0.95, 0.99, 0.999].map((fraction) => [1_790_000_000 + fraction] as const)
  const step = 0.0005

  it.each(starts)('passes the checks that it begins at %d', async (start) => {
    const clock = makeClock(start, step)
    const checks = [
      ...replayChecks({}, true, clock),
      ...revocationChecks({}, true, clock),
      ...linkStoreChecks((bounds) => makeLinks(bounds, clock.now), clock),
      ...statusStoreChecks((bounds) => makeStatuses(bounds, clock.now), clock),
    ]
    expect(await failuresOf(checks)).toEqual([])
  })

  it.each(starts)('fails if it forgets a second early, in checks that it begins at %d', async (start) => {
    expect(await failuresOf(replayChecks({ keeps: 59 }, true, makeClock(start, step)))).toEqual([minute])
    const failures = await failuresOf(revocationChecks({ keeps: 59 }, true, makeClock(start, step)))
    expect(failures).toEqual([afterExp])
  })

  it('fails a check of one second if it never stays in it', async () => {
    const clock = makeClock(undefined, 1)
    const [check] = replayChecks({}, true, clock).filter(({ name }) => name === minute)
    await expect(check?.run()).rejects.toThrow(/^the clock of the store reached \d+$/)
  })
})
