import { digestOf } from './digest.ts'

/** The symbols of Crockford's base32, which leaves out I, L, O and U. */
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 12
/** Longer texts are not read. */
const maxText = 64

/** The symbol that is meant by a letter. A letter beyond ASCII means none, although some have one in upper case. */
const meant: ReadonlyMap<string, string> = new Map([
  ...Array.from(symbols.slice(10), (symbol): [string, string] => [symbol.toLowerCase(), symbol]),
  ...Array.from('IiLl', (letter): [string, string] => [letter, '1']),
  ...Array.from('Oo', (letter): [string, string] => [letter, '0']),
])

/**
 * A code of 60 random bits, without hyphens (INT-1).
 * @see draft 11 §11.6.3.1
 */
export function makeCode(): string {
  // 256 is a multiple of 32, so that every symbol is equally likely.
  const octets = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(octets, (octet) => symbols.charAt(octet % symbols.length)).join('')
}

/** A code as people read it, in groups of four. */
export function displayCode(code: string): string {
  return [code.slice(0, 4), code.slice(4, 8), code.slice(8)].join('-')
}

/**
 * What a person typed as the code that was meant: without hyphens, in upper case, I and L as 1, O as 0 (INT-2).
 * `undefined` for a text that is not a code.
 */
export function foldCode(text: string): string | undefined {
  if (text.length > maxText) return undefined
  let code = ''
  for (const typed of text) if (typed !== '-') code += meant.get(typed) ?? typed
  return code.length === length && [...code].every((symbol) => symbols.includes(symbol)) ? code : undefined
}

/**
 * The digest by which a code is stored and compared, so that nobody learns from the time of an answer how much of a code was
 * right.
 *
 * @param resource the identifier of the resource
 * @param code as `makeCode` or `foldCode` returned it
 */
export function codeDigest(resource: string, code: string): Promise<string> {
  return digestOf('code', resource, code)
}
