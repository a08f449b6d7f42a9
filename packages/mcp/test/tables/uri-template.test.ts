import { UriTemplate } from '@modelcontextprotocol/server'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCanonical, matches, overlap, readPattern } from '../../src/tables/uri-template.ts'

const letters = fc.constantFrom('a', 'b', '/', ',', '-')
const literal = fc.string({ unit: letters, minLength: 1, maxLength: 3 })
const variable = fc.constantFrom('{x}', '{+y}')
/** Literals and variables in turn, so that no two variables meet. */
const template = fc
  .array(fc.tuple(literal, fc.option(variable, { nil: '' })), { minLength: 1, maxLength: 4 })
  .map((parts) => `n:${parts.flat().join('')}`)
const uri = fc.string({ unit: letters, maxLength: 10 }).map((rest) => `n:${rest}`)

describe('URI templates', () => {
  it('that both fit some URI overlap', () => {
    fc.assert(
      fc.property(template, template, uri, (one, other, text) => {
        const [a, b] = [readPattern(one), readPattern(other)]
        if (matches(a, text) && matches(b, text)) expect(overlap(a, b)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('that overlap fit some URI, which is made of what they have in common', () => {
    const examples = ['', 'a', 'b', '/', 'aa', 'ab', 'a/b', 'b/a', 'aaa', 'a/a']
    fc.assert(
      fc.property(fc.constantFrom(...examples), fc.constantFrom('{x}', '{+y}'), (text, name) => {
        const [a, b] = [readPattern(`n:${text}a`), readPattern(`n:${name}a`)]
        expect(overlap(a, b)).toBe(matches(b, a.text))
      }),
    )
  })

  it('fit every URI to which a server would apply them', () => {
    fc.assert(
      fc.property(template, uri, (text, sent) => {
        if (new UriTemplate(text).match(sent) !== null) expect(matches(readPattern(text), sent)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['n:{x}{y}', 'n:{?q}', 'n:{/x}', 'n:{x*}', 'n:{x', 'n:x}', 'n:{}', ''])('%s is refused', (text) => {
    expect(() => readPattern(text)).toThrow(TypeError)
  })

  it.each([
    'notes://a/../b',
    'notes://a/%2e%2e/b',
    'NOTES://a',
    'notes://a\n',
    'https://a.example',
    'https://a.example:443/',
  ])('%s is read as another URI by servers', (text) => {
    expect(isCanonical(text)).toBe(false)
  })
})
