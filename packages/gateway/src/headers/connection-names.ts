import { looseName } from './field-names.ts'

/**
 * The names that the lines of `Connection` list, in lower case and in their loose form.
 *
 * @param headerLines names and values in turn
 */
export function connectionNames(headerLines: readonly string[]): ReadonlyMap<string, string> {
  const named = new Map<string, string>()
  for (let i = 0; i + 1 < headerLines.length; i += 2) {
    if ((headerLines[i] as string).toLowerCase() !== 'connection') continue
    for (const member of (headerLines[i + 1] as string).split(',')) {
      const name = member.trim().toLowerCase()
      if (name !== '') named.set(looseName(name), name)
    }
  }
  return named
}
