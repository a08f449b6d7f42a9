const longest = 128

/**
 * A value as hints and errors show it: a string in double quotes, escaped as in JSON and cut at 128 characters; of an
 * object only its kind. Never give it a token, a key or a signature.
 */
export function quoted(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
