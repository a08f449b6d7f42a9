import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isSameJson, readExactJson } from '../../../src/managed/held/exact-json.ts'

const utf8 = new TextEncoder()
const read = (text: string) => readExactJson(utf8.encode(text))
const same = (one: string, other: string): boolean | undefined => {
  const [a, b] = [read(one), read(other)]
  return a && b && isSameJson(a, b)
}
const shuffled = (value: unknown, indent: string): string => {
  if (Array.isArray(value))
    return `[${indent}${value.map((item) => shuffled(item, indent)).join(` ,${indent}`)}${indent}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).reverse()
  return `{${indent}${members.map(([name, item]) => `${JSON.stringify(name)} :${indent}${shuffled(item, indent)}`).join(` ,${indent}`)} }`
}
const object = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
  .filter((made) => read(JSON.stringify(made)) !== undefined)

describe('parameters that are compared', () => {
  it.each([
    ['{"a":1}', '{"a":1.0}'],
    ['{"a":100}', '{"a":1e2}'],
    ['{"a":0.1}', '{"a":1E-1}'],
    ['{"a":-0}', '{"a":0.00e5}'],
    ['{"a":12345678901234567890}', '{"a":1234567890123456789e1}'],
    ['{"a":"\\u00e9"}', '{"a":"é"}'],
    ['{"a":1,"b":[2,{}]}', '{ "b" : [ 2 , { } ] ,\n"a":\t1 }'],
  ])('%s is the same as %s', (one, other) => {
    expect(same(one, other)).toBe(true)
  })

  it.each([
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":1}', '{"a":true}'],
    ['{"a":null}', '{}'],
    ['{"a":null}', '{"a":"null"}'],
    ['{"a":1}', '{"a":1,"b":2}'],
    ['{"a":1,"b":2}', '{"a":1,"c":2}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":[1]}', '{"a":[1,1]}'],
    ['{"a":{}}', '{"a":[]}'],
    // A double is the same for both.
    ['{"a":12345678901234567890}', '{"a":12345678901234567891}'],
    ['{"a":0.1}', '{"a":0.1000000000000000055511151231257827}'],
    ['{"a":1e400}', '{"a":2e400}'],
    ['{"a":1e-400}', '{"a":0}'],
    // One letter, written as one code point and as two.
    ['{"a":"\\u00e9"}', '{"a":"e\\u0301"}'],
  ])('%s differs from %s', (one, other) => {
    expect(same(one, other)).toBe(false)
  })

  it.each([
    ['a repeated name', '{"a":1,"a":1}'],
    ['a repeated name, escaped', '{"a":1,"\\u0061":1}'],
    ['no object', '[1]'],
    ['no JSON', '{"a":01}'],
    ['a lone surrogate', '{"a":"\\ud800"}'],
    ['an exponent that nobody means', '{"a":1e99999999999}'],
    ['33 levels', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`],
    ['more than 64 KiB', `{"a":"${'x'.repeat(65_536)}"}`],
    ['a byte order mark', '\ufeff{}'],
  ])('%s is not read', (_, text) => {
    expect(read(text)).toBeUndefined()
  })

  it('are the same in whatever order and with whatever white space', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('', ' ', '\n\t'), (made, indent) => {
        expect(same(JSON.stringify(made), shuffled(made, indent))).toBe(true)
      }),
    )
  })

  it('are the same only if JSON.stringify says so, for values that it keeps', () => {
    const small = fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.constantFrom(0, 1, '1', true, null, [], {}, [0]),
    )
    fc.assert(
      fc.property(small, small, (one, other) => {
        const sorted = (made: object): string => JSON.stringify(Object.entries(made).sort())
        expect(same(JSON.stringify(one), JSON.stringify(other))).toBe(sorted(one) === sorted(other))
      }),
    )
  })
})
