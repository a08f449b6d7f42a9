import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { decodeBase64url, encodeBase64url } from '../../src/wire/base64url.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const fixed = runs(1000)

describe('base64url', () => {
  it.each([
    ['', []],
    ['AA', [0]],
    ['_w', [255]],
    ['-_8', [251, 255]],
    ['AAEC', [0, 1, 2]],
  ])('decodes %j', (text, octets) => {
    expect([...(decodeBase64url(text) ?? [-1])]).toEqual(octets)
  })

  it('decodes what it encoded, like Buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (octets) => {
        const text = encodeBase64url(octets)
        expect(text).toBe(Buffer.from(octets).toString('base64url'))
        expect([...(decodeBase64url(text) ?? [])]).toEqual([...octets])
      }),
      fixed,
    )
  })

  it('accepts one spelling of each value: the one that it encodes [F15, H09]', () => {
    const text = fc.string({ unit: fc.constantFrom(...alphabet, '=', '+', '/', ' ', '\n'), maxLength: 9 })
    fc.assert(
      fc.property(text, (spelling) => {
        const octets = decodeBase64url(spelling)
        if (octets !== undefined) expect(encodeBase64url(octets)).toBe(spelling)
      }),
      fixed,
    )
  })

  it('accepts as the last character exactly those without stray bits', () => {
    const accepted = (stem: string) =>
      [...alphabet].filter((last) => decodeBase64url(stem + last) !== undefined)
    expect(accepted('A').join('')).toBe('AQgw')
    expect(accepted('AA').join('')).toBe('AEIMQUYcgkosw048')
    expect(accepted('AAA').join('')).toBe(alphabet)
    expect(accepted('AAAA')).toEqual([])
  })

  it.each([
    ['AA==', 'padding'],
    ['AAA=', 'padding of one'],
    ['-_8+', 'a plus'],
    ['-_8/', 'a slash'],
    ['AA AA', 'a space'],
    ['AAAA\n', 'a line feed at the end'],
    [' AAAA', 'a space in front'],
    ['AÄAA', 'a character that is not ASCII'],
    ['A', 'no whole octet'],
    ['AAAAA', 'a lone last character'],
  ])('refuses %j: %s', (text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })
})
