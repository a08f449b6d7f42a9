import type { JsonObject } from '../token/json.ts'

const maxMembers = 64
/** Characters of names and values together. */
const maxLength = 8192

/** What this library itself looks for in the metadata of a person server. */
const own = [
  'token_endpoint',
  'auth_token_endpoint',
  'person_token_endpoint',
  'mission_control_endpoint',
  'mission_control_actions_supported',
  'mission_endpoint',
  'mission_management_operations_supported',
] as const

/**
 * The part of an issuer's metadata that is kept: strings, numbers, literals and lists of strings, up to 64 members and
 * 8192 characters of names and values, those that this library looks for first and then in the order published.
 * Objects and lists of anything else are left out.
 */
export function keptMetadata(document: JsonObject): JsonObject {
  const kept: Record<string, unknown> = Object.create(null)
  let members = 0
  let length = 0
  for (const name of new Set([...own.filter((name) => name in document), ...Object.keys(document)])) {
    const value = document[name]
    const size = sizeOf(value)
    if (size === undefined || length + name.length + size > maxLength) continue
    if (members === maxMembers) break
    kept[name] = value
    members++
    length += name.length + size
  }
  return kept
}

/** Characters, with something for each element of a list; `undefined` for what is not kept. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return value.length
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? undefined : 8
  if (!value.every((element) => typeof element === 'string')) return undefined
  return value.reduce((sum, element: string) => sum + element.length + 8, 8)
}
