/**
 * A narrow reader of structured-field dictionaries (RFC 9651 §4.2.2) for the three signature headers.
 *
 * It is not a general parser: it sees duplicate keys and parameters, which the RFC would silently fold to the
 * last; it tells integers from decimals; and it stops at its caps while reading, so that a hostile header costs
 * no more than a good one.
 */
export type BareItem =
  | { readonly type: 'integer' | 'decimal' | 'date'; readonly value: number }
  | { readonly type: 'string' | 'token' | 'display-string'; readonly value: string }
  /** Base64 text; {@link decodeBytes} makes octets of it when they are needed. */
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }

export type Parameters = ReadonlyMap<string, BareItem>

export interface Item {
  readonly kind: 'item'
  readonly item: BareItem
  readonly params: Parameters
}

export interface InnerList {
  readonly kind: 'inner-list'
  readonly items: readonly Item[]
  readonly params: Parameters
}

export type Member = Item | InnerList

export interface Caps {
  readonly members: number
  readonly params: number
  readonly items: number
}

/**
 * The text is not a dictionary, repeats a key, or exceeds a cap. `message` says which, for the operator. Not an
 * `Error`: capturing a stack would cost more than the reading.
 */
export class DictionaryFault {
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

const keyAt = /[a-z*][a-z0-9_.*-]*/y
// Unrolled: a token fills most of the header, and alternation character by character is four times slower.
const stringAt = /"[\x20\x21\x23-\x5b\x5d-\x7e]*(?:\\["\\][\x20\x21\x23-\x5b\x5d-\x7e]*)*"/y
const numberAt = /-?(?:([0-9]{1,12}\.[0-9]{1,3})(?![0-9.])|([0-9]{1,15})(?![0-9.]))/y
const tokenAt = /[A-Za-z*][!#$%&'*+.^_`|~A-Za-z0-9:/-]*/y
const bytesAt = /:([A-Za-z0-9+/]*={0,2}):/y
const displayAt = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y
const noParams: Parameters = new Map()

/** Reads `text` (all lines of the field, joined with `", "`). @throws {DictionaryFault} */
export function readDictionary(text: string, caps: Caps): Map<string, Member> {
  return new Reader(text, caps).dictionary()
}

class Reader {
  #at = 0
  readonly #text: string
  readonly #caps: Caps
  constructor(text: string, caps: Caps) {
    this.#text = text
    this.#caps = caps
  }

  dictionary(): Map<string, Member> {
    const members = new Map<string, Member>()
    this.#skipSpaces()
    if (this.#at === this.#text.length) return members
    for (;;) {
      const key = this.#take(keyAt, 'a key')
      if (members.has(key)) throw new DictionaryFault(`"${key}" appears twice`)
      if (members.size === this.#caps.members) throw new DictionaryFault(`over ${this.#caps.members} members`)
      members.set(key, this.#member())
      this.#skipOptionalWhitespace()
      if (this.#at === this.#text.length) return members
      if (this.#text[this.#at] !== ',') throw this.#fault('a comma')
      this.#at++
      this.#skipOptionalWhitespace()
      if (this.#at === this.#text.length) throw this.#fault('a member after the comma')
    }
  }

  #member(): Member {
    if (this.#text[this.#at] !== '=') {
      return { kind: 'item', item: { type: 'boolean', value: true }, params: this.#params() }
    }
    this.#at++
    return this.#text[this.#at] === '(' ? this.#innerList() : this.#item()
  }

  #innerList(): InnerList {
    this.#at++
    const items: Item[] = []
    for (;;) {
      this.#skipSpaces()
      if (this.#text[this.#at] === ')') break
      if (items.length === this.#caps.items) throw new DictionaryFault(`over ${this.#caps.items} list items`)
      items.push(this.#item())
      const next = this.#text[this.#at]
      if (next !== ' ' && next !== ')') throw this.#fault('a space or ")"')
    }
    this.#at++
    return { kind: 'inner-list', items, params: this.#params() }
  }

  #item(): Item {
    return { kind: 'item', item: this.#bareItem(), params: this.#params() }
  }

  #params(): Parameters {
    if (this.#text[this.#at] !== ';') return noParams
    const params = new Map<string, BareItem>()
    while (this.#text[this.#at] === ';') {
      this.#at++
      this.#skipSpaces()
      const key = this.#take(keyAt, 'a parameter name')
      if (params.has(key)) throw new DictionaryFault(`parameter "${key}" appears twice`)
      if (params.size === this.#caps.params) throw new DictionaryFault(`over ${this.#caps.params} parameters`)
      if (this.#text[this.#at] === '=') {
        this.#at++
        params.set(key, this.#bareItem())
      } else {
        params.set(key, { type: 'boolean', value: true })
      }
    }
    return params
  }

  #bareItem(): BareItem {
    const first = this.#text[this.#at]
    switch (first) {
      case '"': {
        const quoted = this.#take(stringAt, 'a string')
        const inner = quoted.slice(1, -1)
        return { type: 'string', value: inner.includes('\\') ? inner.replace(/\\(["\\])/g, '$1') : inner }
      }
      case ':':
        return { type: 'bytes', value: this.#bytes() }
      case '?':
        return { type: 'boolean', value: this.#boolean() }
      case '@': {
        this.#at++
        const date = this.#number()
        if (date.type !== 'integer') throw this.#fault('a whole number of seconds')
        return { type: 'date', value: date.value }
      }
      case '%':
        return { type: 'display-string', value: this.#displayString() }
      default:
        if (first !== undefined && /[-0-9]/.test(first)) return this.#number()
        return { type: 'token', value: this.#take(tokenAt, 'a value') }
    }
  }

  #number(): { type: 'integer' | 'decimal'; value: number } {
    numberAt.lastIndex = this.#at
    const found = numberAt.exec(this.#text)
    if (found === null) throw this.#fault('a number of at most 15 digits')
    this.#at = numberAt.lastIndex
    // -0 is the integer 0 (RFC 9651 has no negative zero).
    return { type: found[1] === undefined ? 'integer' : 'decimal', value: Number(found[0]) + 0 }
  }

  #bytes(): string {
    bytesAt.lastIndex = this.#at
    const found = bytesAt.exec(this.#text)
    const base64 = found?.[1]
    if (base64 === undefined || !isWhole(base64)) throw this.#fault('base64 between colons')
    this.#at = bytesAt.lastIndex
    return base64
  }

  #boolean(): boolean {
    const digit = this.#text[this.#at + 1]
    if (digit !== '0' && digit !== '1') throw this.#fault('?0 or ?1')
    this.#at += 2
    return digit === '1'
  }

  #displayString(): string {
    const encoded = this.#take(displayAt, 'a display string').slice(2, -1)
    try {
      return decodeURIComponent(encoded)
    } catch {
      throw this.#fault('UTF-8 in the display string')
    }
  }

  #take(pattern: RegExp, wanted: string): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    if (found === null) throw this.#fault(wanted)
    this.#at = pattern.lastIndex
    return found[0]
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at++
  }

  #skipOptionalWhitespace(): void {
    for (let c = this.#text[this.#at]; c === ' ' || c === '\t'; c = this.#text[this.#at]) this.#at++
  }

  #fault(wanted: string): DictionaryFault {
    return new DictionaryFault(`expected ${wanted} at position ${this.#at}`)
  }
}

/** The octets of a byte sequence, from the base64 text the reader kept. */
export function decodeBytes(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64.slice(0, lengthWithoutPadding(base64)))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Padding may be left out (RFC 9651 §4.2.7), but not half of it. */
function isWhole(base64: string): boolean {
  return base64.endsWith('=') ? base64.length % 4 === 0 : base64.length % 4 !== 1
}

function lengthWithoutPadding(base64: string): number {
  let { length } = base64
  while (base64[length - 1] === '=') length--
  return length
}
