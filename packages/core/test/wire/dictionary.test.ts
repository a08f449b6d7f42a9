import { describe, expect, it } from 'vitest'
import { decodeBytes } from '../../src/wire/byte-sequence.ts'
import { type Item, readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { syntaxFault } from './syntax-fault.ts'

const read = (text: string) => readDictionary(text, dictionaryCaps)

const fault = (text: string): string => syntaxFault(() => read(text))

const numbered = (count: number, piece: (index: number) => string, joint: string) =>
  Array.from({ length: count }, (_, index) => piece(index)).join(joint)

describe('a reader of dictionaries', () => {
  it.each([
    ['1618884473', 'integer', 1618884473],
    ['-1', 'integer', -1],
    ['007', 'integer', 7],
    ['-0', 'integer', 0],
    ['999999999999999', 'integer', 999999999999999],
    ['1.0', 'decimal', 1],
    ['1618884473.5', 'decimal', 1618884473.5],
    ['@1618884473', 'date', 1618884473],
    ['"jwt"', 'string', 'jwt'],
    ['"a \\"b\\" \\\\ c"', 'string', 'a "b" \\ c'],
    ['jwt', 'token', 'jwt'],
    ['*a/b:c', 'token', '*a/b:c'],
    [':aGVsbG8=:', 'bytes', 'aGVsbG8='],
    ['::', 'bytes', ''],
    ['?1', 'boolean', true],
    ['?0', 'boolean', false],
    ['%"f%c3%bc%25"', 'display-string', 'fü%'],
    ['%"%ef%bb%bfx"', 'display-string', '\ufeffx'],
  ])('reads %s as %s, as a member and as a parameter [B08]', (text, type, value) => {
    expect(read(`a=${text}`).get('a')).toEqual({ kind: 'item', item: { type, value }, params: new Map() })
    expect(read(`a=1;p=${text}`).get('a')?.params.get('p')).toEqual({ type, value })
  })

  it('reads a member without a value as true', () => {
    expect(read('a;p, b')).toEqual(
      new Map([
        ['a', trueItem([['p', { type: 'boolean', value: true }]])],
        ['b', trueItem([])],
      ]),
    )
  })

  it('reads an empty field, and one of spaces, as no members', () => {
    expect(read('').size).toBe(0)
    expect(read('   ').size).toBe(0)
  })

  it.each(['constructor', 'tostring', 'valueof', '*', '*-'])(
    'reads the label %s like any other [B05]',
    (name) => {
      const members = read(`${name}=1`)
      expect([...members.keys()]).toEqual([name])
      expect(read('a=1').has(name)).toBe(false)
      expect(read(`a;${name}=1`).get('a')?.params.get(name)).toEqual({ type: 'integer', value: 1 })
    },
  )
})

describe('a reader of dictionaries with repetitions', () => {
  it.each([
    ['a=1, a=1', '"a" appears twice'],
    ['a=1, b, a', '"a" appears twice'],
    ['sig=(), x=1, sig=()', '"sig" appears twice'],
  ])('refuses the repeated key in %s [SIG-3, R11-085, B03]', (text, message) => {
    expect(fault(text)).toBe(message)
  })

  it.each(['a=1;p=1;p=1', 'a;p;p', 'a=();p=1;q;p=2', 'a=("x";p=1;p=2)'])(
    'refuses the repeated parameter in %s [SIG-3, B04]',
    (text) => {
      expect(fault(text)).toBe('parameter "p" appears twice')
    },
  )

  it('allows the same parameter on different members and items', () => {
    expect(read('a=("x";p "y";p);p, b;p').size).toBe(2)
  })
})

describe('the caps of a dictionary', () => {
  it.each([
    ['8 members', 'accepted', numbered(8, (n) => `a${n}`, ',')],
    ['9 members', 'over 8 members', numbered(9, (n) => `a${n}`, ',')],
    ['16 parameters of an item', 'accepted', `a${numbered(16, (n) => `;p${n}`, '')}`],
    ['17 parameters of an item', 'over 16 parameters', `a${numbered(17, (n) => `;p${n}`, '')}`],
    ['17 parameters of a list', 'over 16 parameters', `a=()${numbered(17, (n) => `;p${n}`, '')}`],
    ['17 parameters in a list', 'over 16 parameters', `a=("x"${numbered(17, (n) => `;p${n}`, '')})`],
    ['32 items of a list', 'accepted', `a=(${numbered(32, (n) => `"${n}"`, ' ')})`],
    ['33 items of a list', 'over 32 list items', `a=(${numbered(33, (n) => `"${n}"`, ' ')})`],
  ])('for %s: %s [SIG-26, B12]', (_, verdict, text) => {
    expect(fault(text)).toBe(verdict)
  })

  it.each([
    ['5000 members', numbered(5000, (n) => `k${n}`, ','), 'over 8 members'],
    ['8000 parameters', `a${numbered(8000, (n) => `;p${n}`, '')}`, 'over 16 parameters'],
    ['4000 components', `a=(${numbered(4000, () => '"x"', ' ')})`, 'over 32 list items'],
    ['200 labels', numbered(200, (n) => `s${n}=jwt;jwt="x"`, ', '), 'over 8 members'],
  ])('stop the reading of %s before it reaches the fault at the end [B12, D07]', (_, text, message) => {
    expect(fault(`${text} !!!`)).toBe(message)
  })
})

describe('octets of a byte sequence', () => {
  it.each([
    ['aGVsbG8=', 'hello'],
    ['aGVsbG8', 'hello'],
    ['aGk=', 'hi'],
    ['', ''],
  ])('of %j are %j', (base64, text) => {
    expect(new TextDecoder().decode(decodeBytes(base64))).toBe(text)
  })

  it('may be above 127', () => {
    expect([...decodeBytes('/+8A')]).toEqual([255, 239, 0])
  })
})

function trueItem(params: [string, Item['item']][]): Item {
  return { kind: 'item', item: { type: 'boolean', value: true }, params: new Map(params) }
}
