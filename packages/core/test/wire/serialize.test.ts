import fc from 'fast-check'
import { isInnerList, serializeInnerList as oracle, parseDictionary } from 'structured-headers'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { DictionarySyntaxError, type InnerList, readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { serializeInnerList } from '../../src/wire/serialize.ts'
import { damagedText, innerList } from './dictionary-texts.ts'

const fixed = runs(1500)

describe('an inner list', () => {
  it('is written like structured-headers writes it [B15]', () => {
    fc.assert(
      fc.property(innerList, ({ text }) => {
        // The oracle writes the decimal 1.0 as the integer 1, so whole decimals are left to the test below.
        fc.pre(!/\.0{1,3}(?!\d)/.test(text))
        expect(serializeInnerList(read(text))).toBe(oracleText(text))
      }),
      fixed,
    )
  })

  it('is read to the value it was written from, and written the same again [B15]', () => {
    fc.assert(
      fc.property(innerList, ({ text, value }) => {
        const canonical = serializeInnerList(value)
        expect(read(canonical)).toEqual(read(text))
        expect(serializeInnerList(read(canonical))).toBe(canonical)
      }),
      fixed,
    )
  })

  it('is written and read again without change, whatever its accepted form [B15]', () => {
    let accepted = 0
    fc.assert(
      fc.property(damagedText, (text) => {
        for (const list of innerListsOf(text)) {
          accepted++
          const canonical = serializeInnerList(list)
          expect(serializeInnerList(read(canonical))).toBe(canonical)
        }
      }),
      fixed,
    )
    expect(accepted).toBeGreaterThan(200)
  })

  it.each([
    ['()', '()'],
    ['(  "a"   "b"  );  x=1', '("a" "b");x=1'],
    ['("a";p=?1 "b";q=?0);r=?1', '("a";p "b";q=?0);r'],
    ['("quo\\"te" "back\\\\slash")', '("quo\\"te" "back\\\\slash")'],
    ['();a=007;b=-0;c=-00.50', '();a=7;b=0;c=-0.5'],
    ['();a=1.0;b=1.50;c=-0.0', '();a=1.0;b=1.5;c=0.0'],
    ['();a=@1618884473;b=tok/en', '();a=@1618884473;b=tok/en'],
    ['();a=:aGk:;b=:aGl=:;c=::', '();a=:aGk=:;b=:aGk=:;c=::'],
    ['();a=%"f%c3%bc";b=%"%25%22%0a%7f"', '();a=%"f%c3%bc";b=%"%25%22%0a%7f"'],
  ])('%s is written as %s [B15]', (text, canonical) => {
    expect(serializeInnerList(read(text))).toBe(canonical)
  })
})

function read(text: string): InnerList {
  return readDictionary(`sig=${text}`, dictionaryCaps).get('sig') as InnerList
}

function oracleText(text: string): string {
  const member = parseDictionary(`sig=${text}`).get('sig')
  if (member === undefined || !isInnerList(member)) throw new Error('the oracle reads no inner list')
  return oracle(member)
}

function innerListsOf(text: string): InnerList[] {
  try {
    const members = [...readDictionary(text, dictionaryCaps).values()]
    return members.filter((member) => member.kind === 'inner-list')
  } catch (fault) {
    if (fault instanceof DictionarySyntaxError) return []
    throw fault
  }
}
