const longest = 128

/** A value as errors show it: a string in double quotes, escaped as in JSON and cut; of an object only its kind. */
export function quoted(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  if (value === undefined) return 'missing'
  return Array.isArray(value) ? 'a list' : 'an object'
}
