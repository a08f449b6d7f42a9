import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { asObject, parseJsonObject } from '../../src/token/json.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string): unknown => parseJsonObject(bytes(text))
const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
const list = (value: string, count: number): string => Array<string>(count).fill(value).join()
const members = (count: number): string =>
  `{${Array.from({ length: count }, (_, index) => `"m${index}":0`).join()}}`

describe('an object from a token', () => {
  it('has the value that JSON defines [R11-022]', () => {
    const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }), {
      maxKeys: 8,
    })
    fc.assert(
      fc.property(object, (value) => {
        const text = JSON.stringify(value)
        expect(JSON.stringify(parse(text))).toBe(text)
      }),
      runs(300),
    )
  })

  const notObjects = ['[]', '[{"a":1}]', 'null', 'true', '1', '"{}"', '']
  it.each(notObjects)('is refused when it is %j [JWT-1, R11-022, F12]', (text) => {
    expect(parse(text)).toBeUndefined()
  })

  const repeated: readonly (readonly [where: string, text: string])[] = [
    ['plainly', '{"exp":1,"exp":2}'],
    ['with the same value', '{"exp":1,"exp":1}'],
    ['in escapes', '{"exp":1,"\\u0065xp":2}'],
    ['in escapes on both sides', '{"\\u0065xp":1,"e\\u0078p":2}'],
    ['with an escaped solidus', '{"a/b":1,"a\\/b":2}'],
    ['with another case of hex digits', '{"\\u00FC":1,"\\u00fc":2}'],
    ['as __proto__', '{"__proto__":1,"__proto__":2}'],
    ['as the empty name', '{"":1,"":2}'],
    ['inside', '{"cnf":{"jwk":{"x":"a","x":"b"}}}'],
    ['inside an array', '{"a":[{"b":1,"b":2}]}'],
    ['after an object', '{"a":1,"b":{"c":[1,{}]},"a":2}'],
    ['after a string that looks like an end', '{"a":1,"b":"}","a":2}'],
    ['with white space before the colon', '{"a" :1,"a"\t\n\r :2}'],
    ['after a string that ends in a backslash', '{"a":1,"b":"\\\\","a":2}'],
    ['after an escaped quote', '{"a":1,"b":"\\"","a":2}'],
  ]
  it.each(repeated)('is refused when a member repeats %s [JWT-1, R11-022, F11]', (_, text) => {
    expect(parse(text)).toBeUndefined()
  })

  it('is refused wherever a member is repeated and in any spelling [JWT-1, R11-022, F11]', () => {
    const name = fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' })
    const others = fc.dictionary(name, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 5 })
    const escaped = (text: string): string =>
      [...text.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    fc.assert(
      fc.property(name, others, fc.boolean(), fc.boolean(), (twice, rest, escapes, within) => {
        const once = JSON.stringify({ ...rest, [twice]: 1 })
        const alias = escapes ? `"${escaped(twice)}"` : JSON.stringify(twice)
        const text = `{${alias}:2,${once.slice(1)}`
        expect(parse(within ? `{"a":[${text}]}` : text)).toBeUndefined()
      }),
      runs(500),
    )
  })

  const apart: readonly (readonly [where: string, text: string])[] = [
    ['in two objects', '{"a":{"x":1},"b":{"x":2}}'],
    ['as member and value', '{"a":"a","b":["a","a"]}'],
    ['as value before a string with a colon', '{"a":"a","b":":a"}'],
    ['in case', '{"a":1,"A":2}'],
    ['in an inner and an outer object', '{"a":{"a":{"a":1}}}'],
  ]
  it.each(apart)('may have a name again %s', (_, text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  it('may be nested 32 levels deep and no deeper [JWT-1, F13]', () => {
    expect(parse(nested(32))).toBeDefined()
    expect(parse(nested(33))).toBeUndefined()
  })

  it('does not overflow the stack however deep it is nested [F13]', () => {
    expect(parse(nested(100_000))).toBeUndefined()
  })

  it.each<[kind: string, text: (count: number) => string]>([
    ['members', (count) => members(count - 1)],
    ['members of an inner object', (count) => `{"a":${members(count - 2)}}`],
    ['empty objects in an array', (count) => `{"a":[${list('{}', count - 2)}]}`],
    ['empty arrays in an array', (count) => `{"a":[${list('[]', count - 2)}]}`],
    ['strings in an array', (count) => `{"a":[${list('""', count - 2)}]}`],
    ['strings that hold signs of JSON', (count) => `{"a":[${list('"[{,:}]"', count - 2)}]}`],
    ['numbers in an array', (count) => `{"a":[${list('-1.5e+3', count - 2)}]}`],
    ['literals in an array', (count) => `{"a":[${list('null', count - 2)}]}`],
    ['values between white space', (count) => `{ "a" : [ ${list('\t1\r\n ', count - 2)} ] }`],
  ])('may have 512 values and no more, counting %s [JWT-1, F13]', (_, text) => {
    expect(parse(text(512))).toEqual(JSON.parse(text(512)))
    expect(JSON.parse(text(513))).toBeDefined()
    expect(parse(text(513))).toBeUndefined()
  })

  it('is refused for its number of values before anything is built [F13]', () => {
    const made = vi.spyOn(JSON, 'parse')
    expect(parse(`{"a":[${list('{}', 40_000)}]}`)).toBeUndefined()
    expect(made).not.toHaveBeenCalled()
    made.mockRestore()
  })

  it('is parsed like JSON.parse does, or refused when JSON.parse fails [JWT-1, R11-022]', () => {
    const piece = fc.constantFrom(
      ...'{}[]",:\\1-e. \t\na',
      '"a":',
      'true',
      'null',
      '\\u00e9',
      '{"a":1}',
      '"x"',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `{"k":${pieces.join('')}}`
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expect(parse(text)).toBeUndefined()
          return
        }
        const found = parse(text)
        if (found !== undefined) expect(found).toEqual(expected)
      }),
      { numRuns: 2000 },
    )
  })

  const misencoded: readonly (readonly [fault: string, octets: Uint8Array])[] = [
    ['a byte order mark', bytes('\uFEFF{}')],
    ['an octet that is not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)],
    ['an overlong form', Uint8Array.of(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d)],
    ['an encoded surrogate', Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d)],
    ['UTF-16', new Uint8Array(Buffer.from('{}', 'utf16le'))],
    ['trailing garbage', bytes('{}x')],
    ['a trailing NUL', bytes('{}\0')],
    ['a second object', bytes('{}{}')],
    ['a raw control character', bytes('{"a":"\u0001"}')],
    ['a high surrogate alone', bytes('{"sub":"\\ud800"}')],
    ['a low surrogate alone', bytes('{"sub":"\\udfff"}')],
    ['surrogates the wrong way round', bytes('{"sub":"\\udc00\\ud800"}')],
    ['a lone surrogate in a name', bytes('{"\\ud800":1}')],
    ['a lone surrogate in an array', bytes('{"a":["\\ud800x"]}')],
  ]
  it.each(misencoded)('is refused with %s [JWT-1, R11-022, F14]', (_, octets) => {
    expect(parseJsonObject(octets)).toBeUndefined()
  })

  it('may contain characters beyond the basic plane, also in escapes', () => {
    expect(parse('{"sub":"😀"}')).toEqual({ sub: '😀' })
    expect(parse('{"sub":"\\ud83d\\ude00"}')).toEqual({ sub: '😀' })
  })

  it('has no prototype, so only sent members are found in it [G24]', () => {
    const object = parse('{"iss":"x"}') as object
    expect(Object.getPrototypeOf(object)).toBeNull()
    expect('constructor' in object).toBe(false)
  })

  it('treats a member named __proto__ like any other [G24]', () => {
    const object = parse('{"__proto__":{"scope":"admin"}}') as Record<string, unknown>
    expect(Object.keys(object)).toEqual(['__proto__'])
    expect(object.scope).toBeUndefined()
  })
})

describe('an inner object', () => {
  it('has no prototype either [G24]', () => {
    const inner = asObject(JSON.parse('{"__proto__":{"jwk":{}}}'))
    expect(inner?.jwk).toBeUndefined()
    expect(Object.getPrototypeOf(inner)).toBeNull()
  })

  it.each([[], null, 'text', 1, true, undefined])('is not %j', (value) => {
    expect(asObject(value)).toBeUndefined()
  })
})
