/** A JSON object without prototype: a lookup finds what was sent or nothing (security G24, Q01). */
export type JsonObject = Readonly<Record<string, unknown>>

const maxDepth = 32
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The JSON object in `bytes`, or `undefined`: no UTF-8, no object at the top, a repeated member name however it
 * is escaped, a lone surrogate, too deep, too many members (R11-022, security F11 to F14).
 */
export function parseJsonObject(bytes: Uint8Array, maxMembers = 256): JsonObject | undefined {
  try {
    const text = strictUtf8.decode(bytes)
    const value = asObject(JSON.parse(text))
    return value !== undefined && isUnambiguous(text, maxMembers) ? value : undefined
  } catch {
    return undefined
  }
}

/** `value` as an object without prototype, or `undefined` if it is none. */
export function asObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.assign(Object.create(null), value)
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g
const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

/** Walks text that is known to be JSON and looks for what `JSON.parse` lets pass. */
function isUnambiguous(text: string, maxMembers: number): boolean {
  const open: (Set<string> | undefined)[] = []
  let members = 0
  let keyComesNext = false
  for (const [token] of text.matchAll(tokens)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined)
      if (open.length > maxDepth) return false
      keyComesNext = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
      keyComesNext = false
    } else if (token === ',') {
      keyComesNext = open.at(-1) !== undefined
    } else if (token === ':') {
      keyComesNext = false
    } else {
      const string = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1)
      if (loneSurrogate.test(string)) return false
      const names = open.at(-1)
      if (!keyComesNext || names === undefined) continue
      if (names.has(string) || ++members > maxMembers) return false
      names.add(string)
    }
  }
  return true
}
