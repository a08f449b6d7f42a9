import { parseJsonObject } from '../../token/json.ts'

/** A JSON value of which nothing is lost: numbers are exact decimals, and objects have each name once. */
export type ExactJson =
  | { readonly type: 'object'; readonly members: ReadonlyMap<string, ExactJson> }
  | { readonly type: 'array'; readonly items: readonly ExactJson[] }
  | { readonly type: 'string' | 'number' | 'literal'; readonly value: string }

export type ExactObject = Extract<ExactJson, { readonly type: 'object' }>

/** Maximum number of octets; a value takes two at least. */
const maxOctets = 65_536
/** Digits of an exponent. What needs more is not a number that anybody means. */
const maxExponentDigits = 9

/**
 * The JSON object in octets, read exactly. `undefined` for what is not one, or could be read in two ways: a repeated name,
 * a lone surrogate, more than 32 levels or 64 KiB.
 */
export function readExactJson(octets: Uint8Array): ExactObject | undefined {
  if (octets.length > maxOctets || parseJsonObject(octets, maxOctets / 2) === undefined) return undefined
  try {
    return new ExactReader(new TextDecoder().decode(octets)).object()
  } catch {
    return undefined
  }
}

/** Whether two values are the same: of one type, member by member in any order, strings by code point, numbers as decimals. */
export function isSameJson(one: ExactJson, other: ExactJson): boolean {
  if (one.type === 'object') {
    if (other.type !== 'object' || one.members.size !== other.members.size) return false
    return [...one.members].every(([name, value]) => {
      const same = other.members.get(name)
      return same !== undefined && isSameJson(value, same)
    })
  }
  if (one.type === 'array') {
    if (other.type !== 'array' || one.items.length !== other.items.length) return false
    return one.items.every((item, index) => isSameJson(item, other.items[index] as ExactJson))
  }
  return other.type === one.type && other.value === one.value
}

/** Reads text that is known to be valid JSON. */
class ExactReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  object(): ExactObject {
    const members = new Map<string, ExactJson>()
    this.#list('}', () => {
      const name = this.#string()
      this.#next()
      this.#at += 1
      members.set(name, this.#value())
    })
    return { type: 'object', members }
  }

  #value(): ExactJson {
    const first = this.#next()
    if (first === '{') return this.object()
    if (first === '[') {
      const items: ExactJson[] = []
      this.#list(']', () => items.push(this.#value()))
      return { type: 'array', items }
    }
    if (first === '"') return { type: 'string', value: this.#string() }
    const start = this.#at
    while (this.#at < this.#text.length && !',]} \t\r\n'.includes(this.#text.charAt(this.#at))) this.#at += 1
    const value = this.#text.slice(start, this.#at)
    return 'tfn'.includes(first) ? { type: 'literal', value } : { type: 'number', value: decimalOf(value) }
  }

  /** The items between two brackets, the first of which comes next. */
  #list(end: string, item: () => void): void {
    this.#next()
    this.#at += 1
    while (this.#next() !== end) {
      item()
      if (this.#next() === ',') this.#at += 1
    }
    this.#at += 1
  }

  #string(): string {
    this.#next()
    const start = this.#at
    this.#at += 1
    while (this.#text.charAt(this.#at) !== '"') this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1
    this.#at += 1
    return JSON.parse(this.#text.slice(start, this.#at)) as string
  }

  /** Skips white space. */
  #next(): string {
    while (' \t\r\n'.includes(this.#text.charAt(this.#at)) && this.#at < this.#text.length) this.#at += 1
    return this.#text.charAt(this.#at)
  }
}

/** One text for each decimal: its digits without zeros at either end, and the power of ten of the last one. */
function decimalOf(number: string): string {
  const sign = number.startsWith('-') ? '-' : ''
  const [mantissa = '', exponent = '0'] = number.slice(sign.length).toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  let first = 0
  while (first < digits.length && digits.charAt(first) === '0') first += 1
  let last = digits.length
  while (last > first && digits.charAt(last - 1) === '0') last -= 1
  if (first === last) return '0'
  const power = Number(exponent)
  if (Math.abs(power) >= 10 ** maxExponentDigits) throw new RangeError('the exponent is too large')
  return `${sign}${digits.slice(first, last)}e${power - fraction.length + (digits.length - last)}`
}
