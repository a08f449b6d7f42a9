import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FairCache } from '../../src/keys/fair-cache.ts'

describe('a fair cache that is full', () => {
  it('evicts the least recently used entry when no domain holds more than another', () => {
    const cache = new FairCache<number>(2)
    cache.set('a', 'a', 1)
    cache.set('b', 'b', 2)
    cache.get('a')
    expect(cache.set('c', 'c', 3)).toEqual({ name: 'b', value: 2 })
  })

  it('evicts an entry of the domain that holds the most, even the one being added', () => {
    const cache = new FairCache<number>(3)
    cache.set('a', 'a', 1)
    cache.set('x1', 'x', 2)
    cache.set('x2', 'x', 3)
    expect(cache.set('x3', 'x', 4)?.name).toBe('x1')
    expect(cache.set('b', 'b', 5)?.name).toBe('x2')
    expect([cache.get('a'), cache.get('b'), cache.held('x')]).toEqual([1, 5, 1])
  })

  it('replaces an entry without evicting another', () => {
    const cache = new FairCache<number>(1)
    cache.set('a', 'a', 1)
    expect([cache.set('a', 'a', 2), cache.get('a')]).toEqual([undefined, 2])
  })
})

it('a fair cache never holds more than its maximum, counts its entries, and keeps an entry that is alone on its domain [R11-127]', () => {
  const step = fc.record({ name: fc.nat(40), isRemoved: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const cache = new FairCache<string>(8)
      cache.set('alone', 'alone', 'alone')
      for (const { name, isRemoved } of steps) {
        // Three domains for the seven other places, so one of them always holds two when the cache is full.
        if (isRemoved) cache.delete(`${name}`)
        else cache.set(`${name}`, `domain ${name % 3}`, `domain ${name % 3}`)
        const all = [...cache.entries()]
        expect(all.length).toBeLessThanOrEqual(8)
        const counts = ['domain 0', 'domain 1', 'domain 2'].map(
          (domain) => all.filter(([, held]) => held === domain).length,
        )
        expect([0, 1, 2].map((n) => cache.held(`domain ${n}`))).toEqual(counts)
        expect(cache.mostHeld()).toBe(Math.max(1, ...counts))
        expect(cache.has('alone')).toBe(true)
      }
    }),
  )
})
