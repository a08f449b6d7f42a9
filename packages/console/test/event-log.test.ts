import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventLog } from '../src/state/event-log.ts'

const entry = (json: string) => ({ event: 'decision', json }) as const

describe('the log of events', () => {
  it('keeps the last entries, within both bounds, with consecutive ids', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 60 })),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat({ max: 1e15 }),
        (lengths, maxEntries, maxCharacters, firstId) => {
          const log = new EventLog(maxEntries, maxCharacters, firstId)
          const all = lengths.map((length) => log.append(entry('x'.repeat(length))))
          expect(all.map(({ id }) => id)).toEqual(all.map((_, i) => firstId + i))
          const kept = log.last(Number.POSITIVE_INFINITY)
          expect(kept).toEqual(all.slice(all.length - log.size))
          expect(kept).toEqual(all.flatMap(({ id }) => log.get(id) ?? []))
          expect(log.characters).toBe(kept.reduce((sum, { json }) => sum + json.length, 0))
          expect(log.size).toBeLessThanOrEqual(maxEntries)
          // One entry is kept however long it is.
          if (log.size > 1) expect(log.characters).toBeLessThanOrEqual(maxCharacters)
          const oneMore = all.slice(-log.size - 1)
          const fits = oneMore.reduce((sum, { json }) => sum + json.length, 0) <= maxCharacters
          if (oneMore.length > log.size) expect(log.size === maxEntries || !fits).toBe(true)
        },
      ),
    )
  })

  it('lists the last entries of a kind, oldest first', () => {
    const log = new EventLog(10, 1000)
    for (const json of ['a', 'b', 'a', 'b', 'a']) log.append(entry(json))
    expect(log.last(2, ({ json }) => json === 'a').map(({ id }) => id)).toEqual([3, 5])
  })
})
