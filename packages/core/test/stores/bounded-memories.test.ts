import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { ReplayMemory } from '../../src/stores/replay-memory.ts'

const start = 1_790_000_000
const bounds = { max: 12, maxPerIssuer: 8, maxPerKey: 4 }
const step = fc.record({
  clock: fc.integer({ min: -30, max: 90 }),
  created: fc.integer({ min: -60, max: 60 }),
  issuer: fc.constantFrom('a', 'b', 'c'),
  owner: fc.constantFrom('1', '2', '3'),
  listed: fc.boolean(),
})

it('the marks that a memory holds are within its bounds after any workload (property P8)', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let now = start
      const memory = new ReplayMemory(bounds, () => now)
      const held: { issuer: string; owner: string; listed: boolean; until: number }[] = []
      for (const [index, { clock, created, issuer, owner, listed }] of steps.entries()) {
        now += clock
        const mark = { issuer: `${issuer} ${listed}`, owner: `${owner} ${issuer} ${listed}`, listed }
        const until = now + created + 60
        if (memory.mark({ ...mark, fingerprint: `${index}`, until, window: 60 }) === 'first')
          held.push({ ...mark, until })
        // Marks leave a minute after their signature is stale, by the clock of the memory.
        const alive = held.filter((one) => one.until + 60 > now)
        const most = (key: 'issuer' | 'owner'): number => {
          const counts = new Map<string, number>()
          for (const one of alive) counts.set(one[key], (counts.get(one[key]) ?? 0) + 1)
          return Math.max(0, ...counts.values())
        }
        expect(most('owner')).toBeLessThanOrEqual(bounds.maxPerKey)
        expect(most('issuer')).toBeLessThanOrEqual(bounds.max)
        expect(alive.filter((one) => !one.listed).length).toBeLessThanOrEqual(bounds.max)
      }
    }),
    runs(300),
  )
})
