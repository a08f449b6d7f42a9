import { isDeepStrictEqual } from 'node:util'
import { missing } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { DictionarySyntaxError, type Member, readDictionary } from '../../src/wire/dictionary.ts'
import { dictionaryCaps } from '../../src/wire/limits.ts'
import { serializeInnerList } from '../../src/wire/serialize.ts'
import { type FieldRecord, fieldRecords, toNotation } from './structured-field-records.ts'

const wide = { members: 10_000, params: 10_000, items: 10_000 }
// Valid as the member of a dictionary, though not on their own: a dictionary allows a tab at its end, and a comma
// begins the next member.
const differentInside = [
  'item.json trailing space',
  'key-generated.json 0x2c in parameterised list key',
  'token-generated.json 0x2c in token',
]

interface Case {
  readonly id: string
  readonly record: FieldRecord
  readonly text: string
  readonly expected: unknown
  /** The canonical text of the whole dictionary. */
  readonly canonical: string
}

const records = fieldRecords()
const cases = records.flatMap(toCase)
const why = missing('structured-field-tests')

describe.skipIf(why !== undefined)(`the httpwg corpus of structured fields ${why ?? ''}`, () => {
  it('contains the records that the other tests run', () => {
    const byType = (type: string) => cases.filter(({ record }) => record.header_type === type).length
    expect(byType('dictionary')).toBe(432)
    expect(byType('item')).toBeGreaterThan(800)
    expect(byType('list')).toBeGreaterThan(200)
  })

  it('has no invalid record that is accepted [SIG-3, R11-082, B06, B09]', () => {
    const mustFail = cases.filter(({ record }) => record.must_fail)
    expect(mustFail.length).toBeGreaterThan(600)
    expect(idsOf(mustFail.filter(({ text }) => read(text) !== undefined))).toEqual([])
  })

  it('has its other records read as the expected members, except for repeated keys and parameters [SIG-3, R11-082, B03, B04]', () => {
    const different = cases.filter(({ record, text, expected }) => {
      if (record.must_fail) return false
      const members = read(text)
      if (members === undefined) return !record.can_fail
      return !isDeepStrictEqual(toNotation(members), expected)
    })
    expect(idsOf(different)).toEqual([
      'dictionary.json duplicate key dictionary',
      'key-generated.json 0x2c in dictionary key',
      'key-generated.json 0x3b in parameterised list key',
      'param-list.json duplicate parameter with different positions',
    ])
  })

  it('has every read value written in the canonical form of the record [B15]', () => {
    const different = cases.filter(({ record, text, canonical }) => {
      const members = record.must_fail ? undefined : read(text)
      return members !== undefined && serialize(members) !== canonical
    })
    expect(idsOf(different)).toEqual([])
  })

  it('gives other results under the caps of the signature headers only for what exceeds them [B12]', () => {
    const narrow = cases.filter(
      ({ text }) => read(text) !== undefined && read(text, dictionaryCaps) === undefined,
    )
    expect(idsOf(narrow)).toEqual([
      'large-generated.json large dictionary',
      'large-generated.json large params',
      'large-generated.json large inner list',
    ])
  })
})

function toCase(record: FieldRecord): Case[] {
  const id = `${record.file} ${record.name}`
  const { expected, canonical = record.raw } = record
  if (record.header_type === 'dictionary')
    return [{ id, record, text: record.raw.join(', '), expected, canonical: canonical.join(', ') }]
  // Several lines, and several members of a list, would become several members.
  if (record.raw.length !== 1 || differentInside.includes(id)) return []
  const members = record.header_type === 'list' ? (expected as unknown[] | undefined) : [expected]
  if (members !== undefined && members.length !== 1) return []
  const text = `k=${record.raw[0]?.replace(/^ +/, '')}`
  // A dictionary omits the value of a true member.
  const value = `k=${canonical[0]}`.replace(/^k=\?1/, 'k')
  return [{ id, record, text, expected: [['k', members?.[0]]], canonical: value }]
}

function read(text: string, caps = wide): ReadonlyMap<string, Member> | undefined {
  try {
    return readDictionary(text, caps)
  } catch (fault) {
    if (fault instanceof DictionarySyntaxError) return undefined
    throw fault
  }
}

function serialize(members: ReadonlyMap<string, Member>): string {
  return [...members]
    .map(([key, member]) => {
      if (member.kind === 'inner-list') return `${key}=${serializeInnerList(member)}`
      const item = serializeInnerList({ kind: 'inner-list', items: [member], params: new Map() })
      return `${key}=${item.slice(1, -1)}`.replace(/^([^=]+)=\?1/, '$1')
    })
    .join(', ')
}

function idsOf(some: readonly Case[]): readonly string[] {
  return some.map(({ id }) => id)
}
