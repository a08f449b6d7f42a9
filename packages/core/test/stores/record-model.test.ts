/** The memory of records beside a naive store that counts everything anew in each call. */
import type { RecordEntry, RecordKind } from '@aauth-guard/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { RecordMemory } from '../../src/stores/record-memory.ts'
import { makeRecords } from './flawed-records.ts'

const bounds = { max: 4, maxOctets: 12_000, maxPerIssuer: 3, maxPerOwner: 2 }
const start = 1_790_000_000
const kinds: readonly RecordKind[] = ['pending', 'claim']

const key = { kind: fc.constantFrom(...kinds), id: fc.constantFrom('a', 'b', 'c', 'd') }
const content = {
  size: fc.integer({ min: 0, max: 1200 }),
  reserved: fc.option(fc.integer({ min: 0, max: 1200 }), { nil: undefined }),
  open: fc.boolean(),
  tags: fc.subarray(['x', 'y', 'z']),
  removesTags: fc.subarray(['x', 'y', 'z']),
  // Halves, so that a record ends between two seconds too.
  lives: fc.integer({ min: -2, max: 60 }).map((halves) => halves / 2),
}
const entry = fc.record({
  ...key,
  ...content,
  owner: fc.constantFrom('o', 'p'),
  issuer: fc.constantFrom('i', 'j'),
  listed: fc.boolean(),
})
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('create' as const), entry }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      change: fc.record({ ...key, ...content }),
      isStale: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
      creates: fc.option(entry, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('end' as const), tag: fc.constantFrom('x', 'y', 'z') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), halves: fc.integer({ min: 1, max: 30 }) }),
  },
)

describe('the in-process record store', () => {
  it('answers whatever a naive store does, over any calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let now = start
        const clock = () => now
        const stores = [new RecordMemory(clock, bounds), makeRecords(bounds, clock)] as const
        const made = ({ size, lives, removesTags: _, ...rest }: Entry): RecordEntry => ({
          ...rest,
          octets: new Uint8Array(size),
          expires: now + lives,
        })
        const both = async (call: (store: (typeof stores)[number]) => unknown): Promise<void> => {
          const [one, other] = [await call(stores[0]), await call(stores[1])]
          expect(one).toEqual(other)
        }
        const seen = async (store: (typeof stores)[number]): Promise<unknown[]> => {
          const found: unknown[] = []
          for (const kind of kinds)
            for (const id of ['a', 'b', 'c', 'd']) {
              const { octets, version: _, ...rest } = (await store.find({ kind, id })) ?? {}
              found.push({ size: octets?.length, ...rest })
            }
          for (const tag of ['x', 'y', 'z']) found.push(await store.list({ tag, limit: 3 }))
          return found
        }
        for (const one of steps) {
          if (one.do === 'wait') now += one.halves / 2
          else if (one.do === 'create') await both((store) => store.create(made(one.entry)))
          else if (one.do === 'end') await both((store) => store.end({ tag: one.tag, reason: 'revoked' }))
          else {
            const { change, isStale, creates } = one
            const { size, lives, ...rest } = change
            await both(async (store) => {
              const found = await store.find(change)
              return store.replace({
                ...rest,
                version: isStale ? 'stale' : (found?.version ?? 'none'),
                octets: new Uint8Array(size),
                expires: now + lives,
                ...(creates && { creates: made(creates) }),
              })
            })
          }
          await both(seen)
        }
      }),
      runs(300),
    )
  })
})
