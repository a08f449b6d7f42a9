/** A JSON object without a prototype, so that a look-up finds only what was sent (G24, Q01). */
export type JsonObject = Readonly<Record<string, unknown>>

const maxDepth = 32
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The JSON object in `bytes`. `undefined` if it is not UTF-8, is not an object, repeats the name of a member (however
 * escaped), contains a lone surrogate, is nested too deeply or has too many values (R11-022, F11 to F14).
 *
 * @param maxValues objects, arrays, strings, numbers and literals together, wherever they are: each of them takes
 * memory, however few octets it has
 */
export function parseJsonObject(bytes: Uint8Array, maxValues = 512): JsonObject | undefined {
  try {
    const text = strictUtf8.decode(bytes)
    // Too many values are detected before any of them is made.
    return isPlain(text, maxValues) ? asObject(JSON.parse(text)) : undefined
  } catch {
    return undefined
  }
}

/** `value` as an object without a prototype, or `undefined` if it is not an object. */
export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.assign(Object.create(null), value)
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/
const literalAt = /[^\s,:[\]{}"]+/y

/**
 * An open object, by the names that it has so far (`'empty'` without any, which saves memory in a flood of objects), or
 * an open array, by `undefined`.
 */
type Open = Set<string> | 'empty' | undefined

/**
 * Walks the text once and looks for what `JSON.parse` accepts and this reader does not. For text that is not JSON the
 * result does not matter, since `JSON.parse` refuses it.
 */
function isPlain(text: string, maxValues: number): boolean {
  const open: Open[] = []
  let values = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
        open.push('empty')
        values++
        break
      case 0x5b: // [
        open.push(undefined)
        values++
        break
      case 0x7d: // }
      case 0x5d: // ]
        open.pop()
        break
      case 0x22: {
        const end = endOfString(text, at)
        const raw = text.slice(at + 1, end)
        const string = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
        if (loneSurrogate.test(string)) return false
        at = end
        const names = open.at(-1)
        if (names === undefined || !isFollowedByColon(text, end)) {
          values++
          break
        }
        if (names === 'empty') {
          open[open.length - 1] = new Set([string])
          break
        }
        if (names.has(string)) return false
        names.add(string)
        break
      }
      case 0x09:
      case 0x0a:
      case 0x0d:
      case 0x20:
      case 0x2c: // ,
      case 0x3a: // :
        break
      default:
        literalAt.lastIndex = at
        if (literalAt.exec(text) === null) return false
        at = literalAt.lastIndex - 1
        values++
    }
    if (open.length > maxDepth || values > maxValues) return false
  }
  return true
}

/** The index of the quotation mark that ends the string which begins at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1
  return at
}

/** In valid JSON a colon follows the names of members and nothing else. */
function isFollowedByColon(text: string, end: number): boolean {
  let at = end + 1
  while (text.charCodeAt(at) <= 0x20) at++
  return text.charCodeAt(at) === 0x3a
}
