import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sampler } from '../src/state/sampler.ts'

/** Passes `rate` decisions a second for some seconds, evenly spread. */
function run(rate: number, seconds: number, outcomeOf: (i: number) => string = () => 'accepted') {
  const sampler = new Sampler(0)
  const shown: number[] = []
  const told: unknown[] = []
  for (let i = 0; i < rate * seconds; i += 1) {
    const now = (i * 1000) / rate
    if (sampler.shows(outcomeOf(i), now)) shown.push(i)
    if (i % rate === 0) told.push(sampler.sampled(now))
  }
  return { sampler, shown, told }
}

describe('the sampler', () => {
  it('shows everything up to 200 decisions a second, and says nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (rate) => {
        const { shown, told } = run(rate, 5)
        expect(shown).toHaveLength(rate * 5)
        expect(told).toEqual(told.map(() => undefined))
      }),
    )
  })

  it('shows about 200 of more in each second, spread over it, and says how many of how many', () => {
    const { sampler, shown, told } = run(5000, 10)
    expect(shown.length).toBeLessThanOrEqual(200 * 11 + 5 * 11)
    expect(shown.length).toBeGreaterThanOrEqual(200 * 10)
    const lastSecond = shown.filter((i) => i >= 45_000)
    expect(lastSecond.filter((i) => i < 47_500).length / lastSecond.length).toBeCloseTo(0.5, 1)
    expect(told.at(-1)).toEqual({ shown: expect.closeTo(205, -1), of: 5000 })
    expect(sampler.total).toEqual({ shown: shown.length, of: 50_000 })
  })

  it('shows an outcome that is rare in a flood of another', () => {
    const { shown } = run(5000, 10, (i) => (i % 2500 === 2499 ? 'refused' : 'accepted'))
    expect(shown.filter((i) => i % 2500 === 2499)).toHaveLength(20)
  })

  it('says nothing any more once a whole second was shown', () => {
    const { sampler } = run(5000, 2)
    expect(sampler.sampled(2500)).toBeDefined()
    expect(sampler.sampled(3500)).toBeUndefined()
  })
})
