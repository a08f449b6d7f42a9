import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ForgottenTimes } from '../../src/stores/forgotten-times.ts'

function forgotten(...times: number[]): ForgottenTimes {
  const all = new ForgottenTimes()
  for (const time of times) all.add(time)
  return all
}

describe('the record of forgotten times', () => {
  it('contains every time that was added, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 100 }), (times) => {
        const all = forgotten(...times)
        expect(times.filter((time) => !all.has(time))).toEqual([])
      }),
    )
  })

  it('contains no time before, after or between two that are far apart', () => {
    const all = forgotten(1000, 1060, 5000, 4990)
    expect([999, 1030, 1061, 3000, 4989, 4995, 5001].map((time) => all.has(time))).toEqual([
      false,
      true,
      false,
      false,
      false,
      true,
      false,
    ])
  })

  it('joins the closest spans when there are more than 16, so that long gaps remain', () => {
    const apart = Array.from({ length: 40 }, (_, i) => 1000 * i)
    const all = forgotten(10_000_000, ...apart, 20_000_000)
    expect([500, 5_000_000, 15_000_000].map((time) => all.has(time))).toEqual([true, false, false])
    expect([10_000_000, 20_000_000, 39_000].every((time) => all.has(time))).toBe(true)
  })
})
