import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { RevocationRate } from '../../src/stores/revocation-rate.ts'

const issuer = 'https://ps.example'
const takeMany = (rate: RevocationRate, count: number, at: number): number =>
  Array.from({ length: count }, () => rate.take(issuer, at)).filter(Boolean).length

describe('the rate of an issuer', () => {
  it('is a hundred at once, even after a long silence [REV-8, R11-252]', () => {
    const rate = new RevocationRate()
    expect([takeMany(rate, 200, now), takeMany(rate, 200, now + 10_000)]).toEqual([100, 100])
  })

  it('continues from the time to which the clock is set back', () => {
    const rate = new RevocationRate()
    takeMany(rate, 100, now)
    expect([rate.take(issuer, now - 100), takeMany(rate, 20, now - 99)]).toEqual([false, 10])
  })

  it('is remembered while 999 others come [R11-252]', () => {
    const rate = new RevocationRate()
    takeMany(rate, 100, now)
    for (let i = 0; i < 999; i++) rate.take(`https://s-${i}.example`, now)
    expect(rate.take(issuer, now)).toBe(false)
  })
})
