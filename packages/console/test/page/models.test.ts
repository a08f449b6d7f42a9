import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seriesOf } from '../../page/fake/fake-series.ts'
import { FakeWorld } from '../../page/fake/fake-world.ts'
import { DecisionLog, maxKept, newest, outcomes } from '../../page/model/decision-log.ts'
import { everything, passes } from '../../page/model/filter.ts'
import { spanOf } from '../../page/model/format.ts'
import { statusOf, verdictOf } from '../../page/model/mission-status.ts'
import { partsOf, printable } from '../../page/model/printable.ts'
import { Series } from '../../page/model/series.ts'

const now = Date.UTC(2026, 10, 29, 3, 0, 0)

describe('printable text', () => {
  it('holds no control, no mark of direction and no lone surrogate, whatever it is made from', () => {
    const units = constantFrom(
      '\u202e',
      '\u200b',
      '\ud800',
      '\u0000',
      '\u2028',
      '\u0301',
      'a',
      ' ',
      '\ufe0f',
      '\u{e0100}',
    )
    assert(
      property(string({ unit: units, maxLength: 60 }), (text) => {
        const shown = printable(text, 40)
        expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|\u{e0100}|\p{M}{4}/u)
        expect(shown.trim()).not.toBe('')
      }),
    )
  })

  it('keeps all text that can be seen', () => {
    assert(
      property(
        string({ unit: constantFrom('a', 'é', '漢', 'ش', '🚀', '<', '&'), minLength: 1, maxLength: 60 }),
        (text) => {
          expect(partsOf(text, 500)).toEqual([{ text, isEscape: false }])
        },
      ),
    )
  })
})

describe('the log of decisions', () => {
  const filled = (count: number) => {
    const world = new FakeWorld()
    const log = new DecisionLog()
    const decisions = world.past(count, now, 60_000)
    for (const decision of decisions) log.add(decision)
    return { log, decisions }
  }

  it('hands out the newest of all outcomes, the newest first', () => {
    const { log, decisions } = filled(300)
    const rows = newest(log.kept, outcomes, passes(everything))
    expect(rows.map(({ decision }) => decision)).toEqual(decisions.toReversed())
  })

  it('is bounded in each outcome, and takes no decision twice', () => {
    const { log, decisions } = filled(6000)
    for (const outcome of outcomes) expect(log.kept[outcome].length).toBeLessThanOrEqual(2 * maxKept)
    expect(newest(log.kept, outcomes, () => true)).toHaveLength(maxKept)
    expect(log.add(decisions.at(-1) as never)).toBe(false)
  })

  it('puts decisions that arrive late in the order of time', () => {
    const world = new FakeWorld()
    const decisions = world.past(40, now, 60_000)
    const log = new DecisionLog()
    for (const decision of decisions.slice(20)) log.add(decision)
    log.merge(decisions.slice(0, 30))
    expect(newest(log.kept, outcomes, () => true).map(({ decision }) => decision)).toEqual(
      decisions.toReversed(),
    )
  })
})

describe('the series', () => {
  it('counts the same from decisions as from the state of the server', () => {
    const decisions = new FakeWorld().past(500, now, 590_000)
    const [counted, loaded] = [new Series(), new Series()]
    for (const decision of decisions) counted.add(decision)
    loaded.load(seriesOf(decisions, now))
    expect(counted.sums(now, 600)).toEqual(loaded.sums(now, 600))
    expect(counted.routes).toEqual(loaded.routes)
    expect(counted.codes).toEqual(loaded.codes)
    expect(counted.buckets(now, 5).counts).toEqual(loaded.buckets(now, 5).counts)
  })

  it('takes what the server counted in a second in place of what was counted here', () => {
    const series = new Series()
    const decision = {
      ...new FakeWorld().decide(now),
      outcome: 'refused' as const,
      code: 'expired_jwt' as const,
    }
    for (let seq = 1; seq <= 20; seq++) series.add({ ...decision, seq, requirement: 'shown' })
    series.add({ ...decision, time: now - 5000, requirement: 'shown' })
    const counts = { accepted: 150, challenged: 0, refused: 50, failed: 0 }
    series.correct({ t: now, ...counts, p50: 1, p99: 2, routes: { all: counts }, codes: { expired_jwt: 50 } })
    expect(series.sums(now, 600)).toEqual({ ...counts, refused: 51 })
    expect([series.routes, series.codes]).toEqual([
      { all: counts, shown: { accepted: 0, challenged: 0, refused: 1, failed: 0 } },
      { expired_jwt: 51 },
    ])
  })

  it('counts routes and codes whose names are members of all objects', () => {
    const series = new Series()
    const decision = { ...new FakeWorld().decide(now), outcome: 'refused' as const }
    series.add({ ...decision, requirement: 'constructor', code: 'toString' as never })
    expect([series.routes.constructor, series.codes.toString]).toEqual([
      { accepted: 0, challenged: 0, refused: 1, failed: 0 },
      1,
    ])
  })
})

describe('the status of a mission', () => {
  const terminated = { at: now - 1000, learnedFrom: 'announcement' } as const
  const soon = now / 1000 + 60

  it('is over only when no token that is known, and none that was forgotten, could live', () => {
    expect([
      statusOf({ atLeast: false, latestExp: soon }, now),
      statusOf({ atLeast: false, latestExp: soon, terminated }, now),
      statusOf({ atLeast: true, latestExp: soon - 120, terminated }, now),
      statusOf({ atLeast: false, latestExp: soon - 120, terminated }, now),
    ]).toEqual(['active', 'lingering', 'lingering', 'over'])
  })

  it('is never told as certain beyond this process', () => {
    expect(verdictOf({ atLeast: false, latestExp: soon }, now)).toContain('as far as this process knows')
    expect(verdictOf({ atLeast: true, latestExp: soon, terminated }, now)).toContain('or later')
  })
})

describe('a span of time', () => {
  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [252, '4 min 12 s'],
    [3600, '1 h'],
    [90_000, '1 d 1 h'],
  ])('of %i seconds is "%s"', (seconds, words) => expect(spanOf(seconds)).toBe(words))
})
