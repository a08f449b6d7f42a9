import { readdirSync } from 'node:fs'
import { corpusPath, missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { decodeBytes } from '../../src/wire/byte-sequence.ts'
import type { BareItem, Item, Member, Parameters } from '../../src/wire/dictionary.ts'

/** A parse record of the httpwg structured-field corpus; its README explains the members. */
export interface FieldRecord {
  readonly file: string
  readonly name: string
  readonly raw: readonly string[]
  readonly header_type: 'item' | 'list' | 'dictionary'
  readonly expected?: unknown
  readonly must_fail?: boolean
  readonly can_fail?: boolean
  readonly canonical?: readonly string[]
}

/** Every parse record; none when the corpus is missing. */
export function fieldRecords(): readonly FieldRecord[] {
  if (missing('structured-field-tests') !== undefined) return []
  return readdirSync(corpusPath('structured-field-tests'))
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) =>
      readCorpus<FieldRecord[]>('structured-field-tests', file).map((record) => ({ ...record, file })),
    )
}

/** A dictionary in the notation of the corpus. */
export function toNotation(members: ReadonlyMap<string, Member>): unknown {
  return [...members].map(([key, member]) => [key, memberNotation(member)])
}

function memberNotation(member: Member): unknown {
  if (member.kind === 'item') return itemNotation(member)
  return [member.items.map(itemNotation), paramsNotation(member.params)]
}

function itemNotation({ item, params }: Item): unknown {
  return [bareNotation(item), paramsNotation(params)]
}

function paramsNotation(params: Parameters): unknown {
  return [...params].map(([key, value]) => [key, bareNotation(value)])
}

function bareNotation(item: BareItem): unknown {
  switch (item.type) {
    case 'token':
    case 'date':
      return { __type: item.type, value: item.value }
    case 'display-string':
      return { __type: 'displaystring', value: item.value }
    case 'bytes':
      return { __type: 'binary', value: base32(decodeBytes(item.value)) }
    default:
      return item.value
  }
}

/** RFC 4648 base32, as the corpus writes octets. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const text = (bits.match(/.{1,5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five.padEnd(5, '0'), 2)])
    .join('')
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}
