import fc from 'fast-check'
import {
  type BareItem,
  type Dictionary,
  DisplayString,
  isInnerList,
  type Parameters,
  parseDictionary,
  Token,
} from 'structured-headers'
import { expect, it } from 'vitest'
import { runs } from '../../../../scripts/property-runs.ts'
import { DictionarySyntaxError, readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { damagedText, dictionary } from './dictionary-texts.ts'
import { base32, toNotation } from './structured-field-records.ts'

const fixed = runs(1500)

it('a dictionary is read to the members it was written from, as by structured-headers [SIG-3, R11-082]', () => {
  fc.assert(
    fc.property(dictionary, ({ text, value }) => {
      const members = readDictionary(text, dictionaryCaps)
      expect(members).toEqual(value)
      expect([...members.keys()]).toEqual([...value.keys()])
      expect(toNotation(members)).toEqual(oracleNotation(parseDictionary(text)))
    }),
    fixed,
  )
})

it('damaged text is accepted, with the same meaning, exactly when structured-headers accepts it, except for repetitions and caps [SIG-3, R11-082, B06, B09]', () => {
  let both = 0
  fc.assert(
    fc.property(damagedText, (text) => {
      const ours = orFault(() => toNotation(readDictionary(text, dictionaryCaps)))
      if (ours instanceof DictionarySyntaxError && /twice|^over/.test(ours.message)) return
      const theirs = orFault(() => oracleNotation(parseDictionary(text)))
      // The oracle refuses a date right before a comma or a space, which RFC 9651 §4.2.9 allows.
      if (theirs instanceof Error && /@-?[0-9]+[,;) ]/.test(text)) return
      if (theirs instanceof Error) expect(ours).toBeInstanceOf(DictionarySyntaxError)
      else expect(ours).toEqual(theirs)
      if (!(theirs instanceof Error)) both++
    }),
    fixed,
  )
  expect(both).toBeGreaterThan(200)
})

function orFault(read: () => unknown): unknown {
  try {
    return read()
  } catch (fault) {
    return fault
  }
}

function oracleNotation(members: Dictionary): unknown {
  return [...members].map(([key, member]) => [
    key,
    isInnerList(member)
      ? [
          member[0].map(([bare, params]) => [bareNotation(bare), paramsNotation(params)]),
          paramsNotation(member[1]),
        ]
      : [bareNotation(member[0]), paramsNotation(member[1])],
  ])
}

function paramsNotation(params: Parameters): unknown {
  return [...params].map(([key, value]) => [key, bareNotation(value)])
}

function bareNotation(item: BareItem): unknown {
  if (item instanceof Token) return { __type: 'token', value: item.toString() }
  if (item instanceof DisplayString) return { __type: 'displaystring', value: item.toString() }
  if (item instanceof Date) return { __type: 'date', value: item.getTime() / 1000 }
  if (item instanceof ArrayBuffer) return { __type: 'binary', value: base32(new Uint8Array(item)) }
  // The oracle has a negative zero, which RFC 9651 does not have.
  return typeof item === 'number' ? item + 0 : item
}
