const longest = 128

/**
 * A foreign value as a hint or an error shows it: between double quotes, escaped as in JSON, at most 128 characters
 * of it. Never give it a token, a key or a signature.
 */
export function quoted(value: string): string {
  return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}…` : value)
}
