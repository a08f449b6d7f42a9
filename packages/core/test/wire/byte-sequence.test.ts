import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { decodeBytes } from '../../src/wire/byte-sequence.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64 = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 100 })

describe('the octets of a byte sequence', () => {
  it('are those that Node reads, with padding or without, whatever the last bits are', () => {
    fc.assert(
      fc.property(base64, fc.nat(3), (text, padding) => {
        const octets = decodeBytes(text + '='.repeat(padding))
        expect(Buffer.from(octets as Uint8Array)).toEqual(Buffer.from(text, 'base64'))
      }),
      runs(500),
    )
  })

  it('are those that were encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
        expect(decodeBytes(Buffer.from(octets).toString('base64'))).toEqual(octets)
      }),
      runs(500),
    )
  })

  it('are none if one character is not of the alphabet', () => {
    const other = fc
      .oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('-', '_', ' ', '\n', ':'),
      )
      .filter((character) => !alphabet.includes(character) && character !== '=')
    fc.assert(
      fc.property(base64, fc.nat(100), other, (text, at, character) => {
        expect(decodeBytes(text.slice(0, at) + character + text.slice(at))).toBeUndefined()
      }),
      runs(500),
    )
  })

  it.each([...alphabet])('are none if a character above U+007F has the last bits of %s', (character) => {
    const code = character.charCodeAt(0)
    for (const high of [0x80, 0x100, 0x1000, 0xff00])
      for (const at of [0, 1, 2, 3])
        expect(
          decodeBytes('AAAA'.slice(0, at) + String.fromCharCode(high + code) + 'AAA'.slice(at)),
        ).toBeUndefined()
  })

  it('are none if padding stands before the end', () => {
    expect([decodeBytes('A=A='), decodeBytes('=AAA'), decodeBytes('AA==AA==')]).toEqual(
      Array(3).fill(undefined),
    )
  })
})
