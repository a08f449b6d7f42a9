import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { decodeBytes, isBase64 } from '../../src/wire/byte-sequence.ts'
import { DictionarySyntaxError, readDictionary } from '../../src/wire/dictionary.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64 = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 100 })
const hostile = fc.string({ unit: fc.constantFrom(...'Aaz9+/=-_ :;"'), maxLength: 12 })
const caps = { members: 8, params: 8, items: 8 }

/** The base64 text that the reader keeps of a byte sequence, if it takes it. */
function kept(text: string): string | undefined {
  try {
    const member = readDictionary(`a=:${text}:`, caps).get('a')
    return member?.kind === 'item' && member.item.type === 'bytes' ? member.item.value : undefined
  } catch (fault) {
    if (fault instanceof DictionarySyntaxError) return undefined
    throw fault
  }
}

describe('the octets of a byte sequence', () => {
  it('are those that were encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        const text = Buffer.from(octets).toString('base64')
        expect(decodeBytes(text)).toEqual(octets)
        expect(decodeBytes(text.replace(/=+$/, ''))).toEqual(octets)
      }),
      runs(500),
    )
  })

  it('are those that Node reads, of every text that the reader keeps', () => {
    const texts = fc.oneof(
      hostile,
      fc.tuple(base64, fc.nat(4)).map(([text, padding]) => text + '='.repeat(padding)),
    )
    let found = 0
    fc.assert(
      fc.property(texts, (text) => {
        const taken = kept(text)
        if (taken === undefined) return
        found += 1
        expect(Buffer.from(decodeBytes(taken))).toEqual(Buffer.from(taken, 'base64'))
      }),
      runs(1000),
    )
    expect(found).toBeGreaterThan(100)
  })
})

describe('a text is base64 of a length', () => {
  it('if it has so many characters of the alphabet, and padding', () => {
    fc.assert(
      fc.property(base64, fc.nat(3), fc.nat(100), (text, padding, length) => {
        expect(isBase64(text + '='.repeat(padding), length)).toBe(text.length === length)
      }),
      runs(500),
    )
  })

  it('unless one character is not of the alphabet', () => {
    const unusual = fc.constantFrom('-', '_', ' ', '\n', ':', '\u0141', '\uff41')
    const other = fc
      .oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), unusual)
      .filter((character) => !alphabet.includes(character) && character !== '=')
    fc.assert(
      fc.property(base64, fc.nat(100), other, (text, at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at)
        expect(isBase64(changed, changed.length)).toBe(false)
      }),
      runs(500),
    )
  })

  it('whatever the last bits of a character above U+007F are', () => {
    for (const character of alphabet)
      for (const high of [0x80, 0x100, 0x1000, 0xff00])
        for (const at of [0, 1, 2, 3]) {
          const other = String.fromCharCode(high + character.charCodeAt(0))
          expect(isBase64('AAAA'.slice(0, at) + other + 'AAA'.slice(at), 4)).toBe(false)
        }
  })

  it('unless padding stands before its end', () => {
    expect([isBase64('A=A=', 3), isBase64('=AAA', 4), isBase64('AA==AA==', 6)]).toEqual([false, false, false])
  })
})

it.each([
  ['A===', false],
  ['====', false],
  ['AA==', true],
  ['AA=', false],
  ['AAA=', true],
  ['AAAA', true],
  ['AA', true],
  ['A', false],
  ['', true],
  [`${'A'.repeat(85)}===`, false],
  [`${'A'.repeat(84)}====`, false],
])('%j is taken for a byte sequence: %j', (text, whole) => {
  expect(kept(text) !== undefined).toBe(whole)
})
