import fc from 'fast-check'
import type { BareItem } from '../../src/wire/dictionary.ts'

/** A piece of a dictionary and its expected value. */
interface Written<Value> {
  readonly text: string
  readonly value: Value
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
const digits = '0123456789'
const tokenMarks = "!#$%&'*+-.^_`|~:/"
const visible = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index))

/** The name of a member or parameter. */
export const key = fc
  .tuple(
    fc.constantFrom(...letters, '*'),
    fc.string({ unit: fc.constantFrom(...letters, ...digits, ...'_.*-'), maxLength: 6 }),
  )
  .map(([first, rest]) => first + rest)

const integer: fc.Arbitrary<Written<BareItem>> = fc
  .integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 })
  .map((value) => ({ text: String(value), value: { type: 'integer', value: value + 0 } }))

const decimal: fc.Arbitrary<Written<BareItem>> = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.integer({ min: 0, max: 999_999_999_999 }),
    fc.stringMatching(/^\d{1,3}$/),
  )
  .map(([sign, whole, fraction]) => {
    const text = `${sign}${whole}.${fraction}`
    return { text, value: { type: 'decimal', value: Number(text) + 0 } }
  })

const string: fc.Arbitrary<Written<BareItem>> = fc
  .string({ unit: fc.constantFrom(...visible), maxLength: 12 })
  .map((value) => ({ text: `"${value.replace(/["\\]/g, '\\$&')}"`, value: { type: 'string', value } }))

const token: fc.Arbitrary<Written<BareItem>> = fc
  .tuple(
    fc.constantFrom(...letters, ...letters.toUpperCase(), '*'),
    fc.string({ unit: fc.constantFrom(...letters, ...digits, ...tokenMarks), maxLength: 8 }),
  )
  .map(([first, rest]) => ({ text: first + rest, value: { type: 'token', value: first + rest } }))

const bytes: fc.Arbitrary<Written<BareItem>> = fc.uint8Array({ maxLength: 9 }).map((octets) => {
  const value = Buffer.from(octets).toString('base64')
  return { text: `:${value}:`, value: { type: 'bytes', value } }
})

const boolean: fc.Arbitrary<Written<BareItem>> = fc
  .boolean()
  .map((value) => ({ text: value ? '?1' : '?0', value: { type: 'boolean', value } }))

// The oracle drops a byte order mark at the start and misreads a control character; both have tests of their own.
const displayString: fc.Arbitrary<Written<BareItem>> = fc
  .string({ unit: fc.constantFrom(...visible, 'ü', '€', '𝄞'), maxLength: 8 })
  .map((value) => ({
    text: `%"${encodeURIComponent(value).replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase())}"`,
    value: { type: 'display-string', value },
  }))

/** Every type except dates, which the oracle reads only at the very end of a field. */
export const bareItem = fc.oneof(integer, decimal, string, token, bytes, boolean, displayString)

const params = fc
  .uniqueArray(fc.tuple(key, fc.option(bareItem, { nil: undefined })), {
    selector: ([name]) => name,
    maxLength: 4,
  })
  .map((list) => ({
    text: list.map(([name, item]) => (item === undefined ? `;${name}` : `; ${name}=${item.text}`)).join(''),
    value: new Map(
      list.map(([name, item]) => [name, item?.value ?? ({ type: 'boolean', value: true } as const)] as const),
    ),
  }))

const item = fc.tuple(bareItem, params).map(([bare, own]) => ({
  text: bare.text + own.text,
  value: { kind: 'item' as const, item: bare.value, params: own.value },
}))

/** An inner list as a signer may write it, with any allowed white space. */
export const innerList = fc
  .tuple(fc.array(item, { maxLength: 5 }), params, fc.constantFrom('', ' '), fc.constantFrom(' ', '  '))
  .map(([items, own, edge, gap]) => ({
    text: `(${edge}${items.map(({ text }) => text).join(gap)}${edge})${own.text}`,
    value: { kind: 'inner-list' as const, items: items.map(({ value }) => value), params: own.value },
  }))

/** A whole dictionary within the caps. */
export const dictionary = fc
  .tuple(
    fc.uniqueArray(fc.tuple(key, fc.oneof(item, innerList)), { selector: ([name]) => name, maxLength: 5 }),
    fc.constantFrom(',', ', ', ' ,\t'),
  )
  .map(([members, comma]) => ({
    text: members.map(([name, member]) => `${name}=${member.text}`).join(comma),
    value: new Map(members.map(([name, member]) => [name, member.value] as const)),
  }))

const edit = fc.tuple(
  fc.nat(),
  fc.constantFrom('insert', 'replace', 'delete', 'repeat'),
  fc.constantFrom(...' \t",;=()?:%\\-.@*a0A/é\n\x7f', '=:', '""', ';a', ', a', '.0'),
)

/** A dictionary with some characters inserted, replaced, deleted or repeated, which mostly makes it invalid. */
export const damagedText = fc
  .tuple(dictionary, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([{ text }, edits]) =>
    edits.reduce((damaged, [where, how, piece]) => {
      const at = where % (damaged.length + 1)
      const [head, tail] = [damaged.slice(0, at), damaged.slice(at)]
      if (how === 'insert') return head + piece + tail
      if (how === 'replace') return head + piece + tail.slice(1)
      if (how === 'delete') return head + tail.slice(1)
      return head + tail.slice(0, 3) + tail
    }, text),
  )
