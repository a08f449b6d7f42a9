import { now as start } from '@aauth-guard/fixtures/world'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { FairCache } from '../../src/keys/fair-cache.ts'
import { GrowingCache } from '../../src/limits/growing-cache.ts'
import { ReplayMemory } from '../../src/stores/replay-store.ts'
import { RevocationMemory } from '../../src/stores/revocation-store.ts'
import { TombstoneMemory } from '../../src/stores/tombstone-store.ts'

const bounds = { max: 12, maxPerIssuer: 8, maxPerKey: 4 }
const step = fc.record({
  clock: fc.integer({ min: -30, max: 90 }),
  created: fc.integer({ min: -60, max: 60 }),
  issuer: fc.constantFrom('a', 'b', 'c'),
  owner: fc.constantFrom('1', '2', '3'),
  listed: fc.boolean(),
})

/** The contents of a memory, as a test counts them. */
interface Held {
  readonly issuer: string
  readonly listed: boolean
}

/** The largest count of any of them. */
function most<T extends Held>(held: readonly T[], nameOf: (one: T) => string): number {
  const counts = new Map<string, number>()
  for (const one of held) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1)
  return Math.max(0, ...counts.values())
}

function expectShares(held: readonly Held[], max: number, maxPerIssuer: number): void {
  expect(most(held, ({ issuer }) => issuer)).toBeLessThanOrEqual(maxPerIssuer)
  expect(held.filter(({ listed }) => !listed).length).toBeLessThanOrEqual(max)
}

describe('after any workload a memory is within its bounds (property P8):', () => {
  it('the marks of signatures', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let now = start
        const memory = new ReplayMemory(bounds, () => now)
        let held: (Held & { readonly owner: string; readonly until: number })[] = []
        for (const [index, { clock, created, issuer: name, owner: key, listed }] of steps.entries()) {
          now += clock
          const issuer = `${name} ${listed}`
          const owner = `${key} ${issuer}`
          const until = now + created + 60
          const verdict = memory.mark({ issuer, owner, listed, fingerprint: `${index}`, until, window: 60 })
          if (verdict === 'first') held.push({ issuer, owner, listed, until })
          // Marks expire a minute after their signature is stale, or when the clock was set far back.
          held = held.filter((one) => one.until + 60 > now && one.until <= now + 180)
          expect(most(held, (one) => one.owner)).toBeLessThanOrEqual(bounds.maxPerKey)
          expectShares(held, bounds.max, bounds.maxPerIssuer)
        }
      }),
      runs(300),
    )
  })

  it('revoked tokens', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        let now = start
        const memory = new RevocationMemory(bounds.max, bounds.maxPerIssuer, () => now)
        const added: (Held & { readonly iss: string; readonly jti: string })[] = []
        for (const [index, { clock, created, issuer, listed }] of steps.entries()) {
          now += clock
          const token = { iss: `${issuer} ${listed}`, jti: `${index}`, listed }
          memory.add({ ...token, exp: now + created })
          added.push({ ...token, issuer: token.iss })
          expectShares(
            added.filter((one) => memory.find(one).revoked),
            bounds.max,
            bounds.maxPerIssuer,
          )
        }
      }),
      runs(100),
    )
  })

  it('terminated missions', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const memory = new TombstoneMemory(bounds.max, bounds.maxPerIssuer)
        const added: (Held & { readonly approver: string; readonly s256: string })[] = []
        for (const [index, { issuer, listed }] of steps.entries()) {
          const mission = { approver: `${issuer} ${listed}`, s256: `${index}`, listed }
          memory.add(mission)
          added.push({ ...mission, issuer: mission.approver })
          expectShares(
            added.filter((one) => typeof memory.find(one) === 'object'),
            bounds.max,
            bounds.maxPerIssuer,
          )
        }
      }),
      runs(100),
    )
  })

  it('the caches of issuers, tokens and missions', () => {
    const use = fc.record({
      set: fc.boolean(),
      key: fc.nat({ max: 90 }),
      domain: fc.constantFrom('a', 'b', 'c'),
    })
    fc.assert(
      fc.property(fc.array(use, { maxLength: 200 }), fc.integer({ min: 1, max: 60 }), (uses, max) => {
        const fair = new FairCache<number>(max)
        const recent = new GrowingCache<number>({ max, maxSize: 10 * max, sizeCalculation: (size) => size })
        for (const { set, key, domain } of uses) {
          if (set) fair.set(`${key}`, domain, key)
          else fair.get(`${key}`)
          if (set) recent.set(`${key}`, 1 + (key % 30))
          else recent.delete(`${key}`)
          expect([...fair.entries()].length).toBeLessThanOrEqual(max)
          const sizes = [...recent.entries()].map(([, size]) => size)
          expect(sizes.length).toBeLessThanOrEqual(max)
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10 * max)
        }
      }),
      runs(100),
    )
  })
})
