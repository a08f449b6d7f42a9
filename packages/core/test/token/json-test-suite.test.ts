import { readdirSync, readFileSync } from 'node:fs'
import { corpusPath, missing } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../../src/token/json.ts'

const absent = missing('jsontestsuite')

/** The corpus mostly has arrays at the top, so every file is read as it is and as the value of a member. */
const names = absent === undefined ? readdirSync(corpusPath('jsontestsuite', 'test_parsing')) : []
const read = (name: string): Buffer => readFileSync(corpusPath('jsontestsuite', 'test_parsing', name))
const isAccepted = (octets: Uint8Array): boolean => parseJsonObject(octets) !== undefined
const isAcceptedWithin = (octets: Uint8Array): boolean =>
  isAccepted(Buffer.concat([Buffer.from('{"a":'), octets, Buffer.from('}')]))
const starting = (prefix: string): string[] => names.filter((name) => name.startsWith(prefix))

describe.skipIf(absent !== undefined)(`JSONTestSuite ${absent ?? ''}`, () => {
  it('is complete', () => {
    expect([starting('n_').length, starting('y_').length, starting('i_').length]).toEqual([188, 95, 35])
  })

  it.each(starting('n_'))('refuses %s [JWT-1, R11-022, F14]', (name) => {
    expect(isAccepted(read(name))).toBe(false)
    expect(isAcceptedWithin(read(name))).toBe(false)
  })

  // Valid JSON that repeats a member, which is refused on purpose.
  const repeating = ['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']
  it.each(repeating)('refuses %s [JWT-1, R11-022, F11]', (name) => {
    expect(names).toContain(name)
    expect(isAccepted(read(name))).toBe(false)
    expect(isAcceptedWithin(read(name))).toBe(false)
  })

  const plain = starting('y_').filter((name) => !repeating.includes(name))
  it.each(plain)('accepts %s as the value of a member', (name) => {
    expect(isAcceptedWithin(read(name))).toBe(true)
  })

  it.each(plain)('accepts %s at the top exactly if it is an object [F12]', (name) => {
    expect(isAccepted(read(name))).toBe(read(name).toString().trimStart().startsWith('{'))
  })

  // The corpus leaves the rest open. Numbers of any size are JSON; their range is checked where a claim is read.
  it.each(starting('i_number_'))('accepts %s as the value of a member', (name) => {
    expect(isAcceptedWithin(read(name))).toBe(true)
  })

  const open = starting('i_').filter((name) => !name.startsWith('i_number_'))
  it.each(open)('refuses %s, which is not UTF-8, ambiguous or too deep [JWT-1, R11-022, F14]', (name) => {
    expect(isAccepted(read(name))).toBe(false)
    expect(isAcceptedWithin(read(name))).toBe(false)
  })
})
