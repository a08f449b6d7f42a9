import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedCopy, clip } from '../src/state/bounded-copy.ts'

describe('a bounded copy', () => {
  it('has the same content where nothing is long', () => {
    const plain = fc
      .jsonValue({ maxDepth: 3 })
      .filter((value) => !JSON.stringify(value).includes('__proto__'))
    fc.assert(
      fc.property(plain, (value) => {
        fc.pre(JSON.stringify(value).length < 250)
        expect(JSON.stringify(boundedCopy(value))).toBe(JSON.stringify(value))
      }),
    )
  })

  it('cuts long texts, names and lists, and says how many entries are missing', () => {
    const copy = boundedCopy({
      path: `/${'a'.repeat(100_000)}`,
      hint: 'h'.repeat(100_000),
      [`k${'k'.repeat(100_000)}`]: 1,
      agents: new Array(500).fill('agent'),
    }) as Record<string, unknown>
    expect((copy.path as string).length).toBe(256)
    expect((copy.hint as string).length).toBe(1024)
    expect(copy.agentsOmitted).toBe(480)
    expect(JSON.stringify(copy).length).toBeLessThan(2500)
  })

  it('keeps within its budget of characters', () => {
    const missions = new Array(1000).fill({ agents: new Array(100).fill('a'.repeat(300)) })
    const copy = boundedCopy({ missions }, 100_000)
    expect(JSON.stringify(copy).length).toBeLessThan(120_000)
    expect(copy).toMatchObject({ missionsOmitted: 1000 - copy.missions.length })
  })

  it('does not follow what is nested too deep, and leaves prototypes alone', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)
    expect(JSON.stringify(boundedCopy(deep)).length).toBeLessThan(100)
    boundedCopy(JSON.parse('{"__proto__":{"polluted":true}}'))
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('never cuts within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite' }), fc.integer({ min: 2, max: 20 }), (text, max) => {
        const isWhole = (part: string) => new TextDecoder().decode(new TextEncoder().encode(part)) === part
        fc.pre(isWhole(text))
        expect(isWhole(clip(text, max))).toBe(true)
        expect(clip(text, max).length).toBeLessThanOrEqual(max)
      }),
    )
  })
})
