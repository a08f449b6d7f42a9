import { isWhole } from './byte-sequence.ts'
import type { Cursor } from './cursor.ts'

export type BareItem =
  | { readonly type: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'display-string'; readonly value: string }
  /** Base64 text, which {@link decodeBytes} decodes when the octets are needed. */
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }

// Unrolled: a token fills most of the header, and alternation character by character is four times slower.
const stringAt = /"[\x20\x21\x23-\x5b\x5d-\x7e]*(?:\\["\\][\x20\x21\x23-\x5b\x5d-\x7e]*)*"/y
const numberAt = /-?(?:([0-9]{1,12}\.[0-9]{1,3})(?![0-9.])|([0-9]{1,15})(?![0-9.]))/y
const tokenAt = /[A-Za-z*][!#$%&'*+.^_`|~A-Za-z0-9:/-]*/y
const bytesAt = /:([A-Za-z0-9+/]*={0,2}):/y
const displayAt = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y

/** Reads the item at the cursor, without its parameters. @throws {DictionarySyntaxError} */
export function readBareItem(cursor: Cursor): BareItem {
  const first = cursor.peek()
  switch (first) {
    case '"': {
      const quoted = cursor.take(stringAt, 'a string')
      const inner = quoted.slice(1, -1)
      return { type: 'string', value: inner.includes('\\') ? inner.replace(/\\(["\\])/g, '$1') : inner }
    }
    case ':':
      return { type: 'bytes', value: readBytes(cursor) }
    case '?':
      return { type: 'boolean', value: readBoolean(cursor) }
    case '@': {
      cursor.at++
      const date = readNumber(cursor)
      if (date.type !== 'integer') throw cursor.fault('a whole number of seconds')
      return { type: 'date', value: date.value }
    }
    case '%':
      return { type: 'display-string', value: readDisplayString(cursor) }
    default:
      if (first !== undefined && /[-0-9]/.test(first)) return readNumber(cursor)
      return { type: 'token', value: cursor.take(tokenAt, 'a value') }
  }
}

function readNumber(cursor: Cursor): { type: 'integer' | 'decimal'; value: number } {
  numberAt.lastIndex = cursor.at
  const found = numberAt.exec(cursor.text)
  if (found === null) throw cursor.fault('a number of at most 15 digits')
  cursor.at = numberAt.lastIndex
  // -0 is the integer 0 (RFC 9651 has no negative zero).
  return { type: found[1] === undefined ? 'integer' : 'decimal', value: Number(found[0]) + 0 }
}

function readBytes(cursor: Cursor): string {
  bytesAt.lastIndex = cursor.at
  const found = bytesAt.exec(cursor.text)
  const base64 = found?.[1]
  if (base64 === undefined || !isWhole(base64)) throw cursor.fault('base64 between colons')
  cursor.at = bytesAt.lastIndex
  return base64
}

function readBoolean(cursor: Cursor): boolean {
  const digit = cursor.text[cursor.at + 1]
  if (digit !== '0' && digit !== '1') throw cursor.fault('?0 or ?1')
  cursor.at += 2
  return digit === '1'
}

function readDisplayString(cursor: Cursor): string {
  const encoded = cursor.take(displayAt, 'a display string').slice(2, -1)
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw cursor.fault('UTF-8 in the display string')
  }
}
