import { type BareItem, readBareItem } from './bare-item.ts'
import { Cursor, DictionarySyntaxError } from './cursor.ts'

export type { BareItem } from './bare-item.ts'
export { DictionarySyntaxError } from './cursor.ts'

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

const keyAt = /[a-z*][a-z0-9_.*-]*/y
const noParams: Parameters = new Map()

/**
 * A narrow reader of structured-field dictionaries (RFC 9651 §4.2.2) for the three signature headers.
 *
 * It is not a general parser: it sees duplicate keys and parameters, which the RFC would silently fold to the
 * last; it tells integers from decimals; and it stops at its caps while reading, so that a hostile header costs
 * no more than a good one.
 *
 * @param text all lines of the field, joined with `", "`
 * @throws {DictionarySyntaxError}
 */
export function readDictionary(text: string, caps: Caps): Map<string, Member> {
  return new Reader(text, caps).dictionary()
}

class Reader {
  readonly #cursor: Cursor
  readonly #caps: Caps
  constructor(text: string, caps: Caps) {
    this.#cursor = new Cursor(text)
    this.#caps = caps
  }

  dictionary(): Map<string, Member> {
    const members = new Map<string, Member>()
    this.#cursor.skipSpaces()
    if (this.#cursor.isAtEnd) return members
    for (;;) {
      const key = this.#cursor.take(keyAt, 'a key')
      if (members.has(key)) throw new DictionarySyntaxError(`"${key}" appears twice`)
      if (members.size === this.#caps.members)
        throw new DictionarySyntaxError(`over ${this.#caps.members} members`)
      members.set(key, this.#member())
      this.#cursor.skipOptionalWhitespace()
      if (this.#cursor.isAtEnd) return members
      if (this.#cursor.peek() !== ',') throw this.#cursor.fault('a comma')
      this.#cursor.at++
      this.#cursor.skipOptionalWhitespace()
      if (this.#cursor.isAtEnd) throw this.#cursor.fault('a member after the comma')
    }
  }

  #member(): Member {
    if (this.#cursor.peek() !== '=') {
      return { kind: 'item', item: { type: 'boolean', value: true }, params: this.#params() }
    }
    this.#cursor.at++
    return this.#cursor.peek() === '(' ? this.#innerList() : this.#item()
  }

  #innerList(): InnerList {
    this.#cursor.at++
    const items: Item[] = []
    for (;;) {
      this.#cursor.skipSpaces()
      if (this.#cursor.peek() === ')') break
      if (items.length === this.#caps.items)
        throw new DictionarySyntaxError(`over ${this.#caps.items} list items`)
      items.push(this.#item())
      const next = this.#cursor.peek()
      if (next !== ' ' && next !== ')') throw this.#cursor.fault('a space or ")"')
    }
    this.#cursor.at++
    return { kind: 'inner-list', items, params: this.#params() }
  }

  #item(): Item {
    return { kind: 'item', item: readBareItem(this.#cursor), params: this.#params() }
  }

  #params(): Parameters {
    if (this.#cursor.peek() !== ';') return noParams
    const params = new Map<string, BareItem>()
    while (this.#cursor.peek() === ';') {
      this.#cursor.at++
      this.#cursor.skipSpaces()
      const key = this.#cursor.take(keyAt, 'a parameter name')
      if (params.has(key)) throw new DictionarySyntaxError(`parameter "${key}" appears twice`)
      if (params.size === this.#caps.params)
        throw new DictionarySyntaxError(`over ${this.#caps.params} parameters`)
      if (this.#cursor.peek() === '=') {
        this.#cursor.at++
        params.set(key, readBareItem(this.#cursor))
      } else {
        params.set(key, { type: 'boolean', value: true })
      }
    }
    return params
  }
}
