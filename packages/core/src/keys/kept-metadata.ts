import type { JsonObject } from '../token/json.ts'

const maxMembers = 64
/** Characters, counting names and values. */
const maxLength = 8192

/** Members of the metadata of a person server that this library uses. */
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
 * 8192 characters of names and values. Members that this library uses come first, then the others in the order in
 * which they are published. Objects and other lists are left out.
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

/** The size in characters, with an overhead for each element of a list; `undefined` for a value that is not kept. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return value.length
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? undefined : 8
  if (!value.every((element) => typeof element === 'string')) return undefined
  return value.reduce((sum, element: string) => sum + element.length + 8, 8)
}
