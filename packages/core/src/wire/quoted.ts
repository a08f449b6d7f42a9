const longest = 128

/**
 * A value as a hint or an error shows it: a string between double quotes, escaped as in JSON, at most 128 characters
 * of it; of an object only what it is. Never give it a token, a key or a signature.
 */
export function quoted(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
