import type { DecisionEvent } from '@aauth-guard/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Series } from '../src/state/series.ts'

const start = 1_790_000_000_000
const event = (more: Partial<DecisionEvent> = {}) =>
  ({ outcome: 'accepted', duration: {}, ...more }) as DecisionEvent

describe('the series', () => {
  it('counts every decision of the last 600 seconds once, by outcome, route and code', () => {
    const outcome = fc.constantFrom('accepted', 'challenged', 'refused', 'failed')
    const decision = fc.record({
      wait: fc.nat({ max: 40_000 }),
      outcome,
      code: fc.option(fc.constantFrom('invalid_jwt', 'server_error'), { nil: undefined }),
      requirement: fc.option(fc.constantFrom('a', 'b', '__proto__'), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(decision), (decisions) => {
        const series = new Series(start)
        let now = start
        const times = decisions.map(({ wait, ...more }) => {
          now += wait
          series.count(event(more as Partial<DecisionEvent>), now)
          return { second: Math.floor(now / 1000), ...more }
        })
        const { from, step, points, routes, codes } = series.read(now)
        const wanted = times.filter(({ second }) => second > Math.floor(now / 1000) - 600)
        const total = (name: string) => points.reduce((sum, point) => sum + point[name as 'accepted'], 0)
        expect(points.length).toBeLessThanOrEqual(600)
        expect(points.map(({ t }) => t)).toEqual(points.map((_, i) => from + i * step))
        expect(points.at(-1)?.t).toBe(Math.floor(now / 1000) * 1000)
        for (const name of ['accepted', 'challenged', 'refused', 'failed'])
          expect(total(name)).toBe(wanted.filter((one) => one.outcome === name).length)
        for (const code of ['invalid_jwt', 'server_error'])
          expect(codes[code] ?? 0).toBe(wanted.filter((one) => one.code === code).length)
        for (const name of ['a', 'b', '__proto__', undefined]) {
          const written = name ?? '(unnamed)'
          const counts = Object.hasOwn(routes, written) ? routes[written] : undefined
          const sum = counts ? counts.accepted + counts.challenged + counts.refused + counts.failed : 0
          expect(sum).toBe(wanted.filter(({ requirement }) => requirement === name).length)
        }
      }),
    )
  })

  it('measures durations by second and by route', () => {
    const series = new Series(start)
    for (let i = 1; i <= 100; i += 1)
      series.count(event({ requirement: i > 50 ? 'slow' : 'fast', duration: { total: i } }), start)
    series.count(event({ duration: { total: 7 } }), start + 1000)
    const { points, routes } = series.read(start + 2000)
    expect(points.map(({ p50, p99 }) => [p50, p99])).toEqual([
      [50, 99],
      [7, 7],
      [null, null],
    ])
    expect([routes.fast?.p99, routes.slow?.p50]).toEqual([50, 75])
    expect(series.lastPoint(start + 2000)).toMatchObject({ t: start + 1000, accepted: 1, p99: 7 })
  })

  it('tells 64 names of routes apart, and counts all others as one', () => {
    const series = new Series(start)
    for (let i = 0; i < 1000; i += 1) series.count(event({ requirement: `route ${i}` }), start)
    const { routes } = series.read(start)
    expect(Object.keys(routes)).toHaveLength(65)
    expect(routes['(other)']?.accepted).toBe(1000 - 64)
  })

  it('begins again when the clock was set back by more than a minute', () => {
    const series = new Series(start)
    series.count(event(), start)
    series.count(event(), start - 30_000)
    expect(series.read(start).points[0]?.accepted).toBe(2)
    series.count(event(), start - 3_600_000)
    const { from, points } = series.read(start - 3_600_000)
    expect([from, points.length, points[0]?.accepted]).toEqual([start - 3_600_000, 1, 1])
  })
})
