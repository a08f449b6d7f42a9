import fc from 'fast-check'
import { LRUCache } from 'lru-cache'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { GrowingCache } from '../../src/limits/growing-cache.ts'

type Step = readonly [does: 'get' | 'set' | 'has' | 'delete', key: number, value: number]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('get', 'set', 'set', 'set', 'has', 'delete'),
  fc.nat({ max: 120 }),
  fc.integer({ min: 1, max: 40 }),
)

function take(cache: LRUCache<string, number> | GrowingCache<number>, [does, key, value]: Step): unknown {
  if (does !== 'set') return cache[does](String(key))
  cache.set(String(key), value)
  return undefined
}

describe('a cache that grows', () => {
  it.each([1, 15, 16, 17, 70, 1000])('behaves like one that has all its capacity at once (%i)', (max) => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 300 }),
        fc.constantFrom(undefined, 300, 2000),
        (steps, maxSize) => {
          const disposed: [number[], number[]] = [[], []]
          const boundsOf = (to: number[]) => ({
            max,
            dispose: (value: number) => void to.push(value),
            ...(maxSize !== undefined && { maxSize, sizeCalculation: (value: number) => value }),
          })
          const whole = new LRUCache<string, number>(boundsOf(disposed[0]))
          const grown = new GrowingCache<number>(boundsOf(disposed[1]))
          for (const one of steps) expect(take(grown, one)).toEqual(take(whole, one))
          expect([...grown.entries()]).toEqual([...whole.entries()])
          expect([...grown.keys()]).toEqual([...whole.keys()])
          expect(disposed[1]).toEqual(disposed[0])
        },
      ),
      runs(50),
    )
  })

  it('grows correctly when prototypes are polluted [Q01]', () => {
    const cache = new GrowingCache<number>({ max: 100 })
    try {
      Object.assign(Object.prototype, { ttl: 1, maxSize: 1 })
      for (let n = 0; n < 150; n++) cache.set(`k${n}`, n)
    } finally {
      Reflect.deleteProperty(Object.prototype, 'ttl')
      Reflect.deleteProperty(Object.prototype, 'maxSize')
    }
    expect([...cache.keys()]).toEqual(Array.from({ length: 100 }, (_, n) => `k${149 - n}`))
  })
})
