import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { codeDigest, displayCode, foldCode, makeCode } from '../../src/managed/codes.ts'

const symbols = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']

describe('a code', () => {
  it('has 12 symbols of Crockford base32, each of them equally often [INT-1]', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i += 1) {
      const code = makeCode()
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/)
      for (const symbol of code) counts.set(symbol, (counts.get(symbol) ?? 0) + 1)
    }
    // 1500 of each are expected; a deviation of eight times the standard deviation does not happen.
    for (const symbol of symbols) expect(Math.abs((counts.get(symbol) ?? 0) - 1500)).toBeLessThan(320)
  })

  it('is never given out twice [INT-1]', () => {
    expect(new Set(Array.from({ length: 4000 }, makeCode)).size).toBe(4000)
  })

  it('is shown in groups, which are folded away [INT-1, INT-2]', () => {
    expect(displayCode('0123456789AB')).toBe('0123-4567-89AB')
    const code = makeCode()
    expect(foldCode(displayCode(code))).toBe(code)
  })

  it.each([
    ['0123-4567-89ab', '0123456789AB'],
    ['oO0-iIlL1-23456', '000111112345' + '6'],
    ['OOOOIIIILLLL', '000011111111'],
    ['------0123456789AB------', '0123456789AB'],
  ])('%s is read as %s [INT-2]', (typed, code) => {
    expect(foldCode(typed)).toBe(code.length === 12 ? code : undefined)
  })

  it.each([
    '',
    '0123456789A',
    '0123456789ABC',
    '0123456789AU',
    '0123 4567 89AB',
    '0123456789A\u0130',
    '\u{1d7d8}123456789AB',
    'ſ123456789AB',
    '0123456789A\n',
    `0123456789AB${'-'.repeat(53)}`,
  ])('%j is none [INT-2]', (typed) => {
    expect(foldCode(typed)).toBeUndefined()
  })

  it('is read however a person writes it [INT-2]', () => {
    const spellingsOf: Readonly<Record<string, readonly string[]>> = {
      0: ['0', 'o', 'O'],
      1: ['1', 'i', 'I', 'l', 'L'],
    }
    const spelled = fc
      .array(fc.constantFrom(...symbols), { minLength: 12, maxLength: 12 })
      .chain((code) =>
        fc.tuple(
          fc.constant(code.join('')),
          ...code.map((symbol) =>
            fc.constantFrom(
              ...(spellingsOf[symbol] ?? [symbol, symbol.toLowerCase()]).flatMap((one) => [
                one,
                `-${one}`,
                `${one}--`,
              ]),
            ),
          ),
        ),
      )
    fc.assert(
      fc.property(spelled, ([code, ...typed]) => {
        expect(foldCode(typed.join(''))).toBe(code)
      }),
    )
  })

  it('has a digest of its own for each resource', async () => {
    const resource = 'https://notes.example'
    const digests = await Promise.all([
      codeDigest(resource, '0123456789AB'),
      codeDigest(resource, '0123456789AC'),
      codeDigest('https://mail.example', '0123456789AB'),
    ])
    expect(new Set(digests).size).toBe(3)
    for (const digest of digests) expect(digest).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(await codeDigest(resource, '0123456789AB')).toBe(digests[0])
  })
})
