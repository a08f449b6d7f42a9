import { isPlainName, isReservedName, looseName } from './field-names.ts'

/**
 * The first name in a request that an upstream could take for a field of the gateway or of another proxy, and that is not
 * written as such a field: `AAuth_Guard_Assertion`, `X.Real.IP`. A proxy in front of forward auth overwrites fields by
 * their exact name and passes this one on, so forward auth refuses the request.
 *
 * @param headerLines names and values in turn
 */
export function foreignSpelling(headerLines: readonly string[]): string | undefined {
  for (let i = 0; i < headerLines.length; i += 2) {
    const name = headerLines[i] as string
    if (!isPlainName(name) && isReservedName(looseName(name))) return name
  }
  return undefined
}
