import { type Dictionary, type InnerList, type Item, parseDictionary } from 'structured-headers'

/** A mission as `AAuth-Mission` asserts it. Its syntax is checked where identifiers are known. */
export interface AssertedMission {
  readonly approver: string
  readonly s256: string
}

/**
 * Reads `AAuth-Mission` in its two spellings, `approver="…"; s256="…"` and `approver="…", s256="…"`
 * (matrix D5). Returns `undefined` for anything else: other members, both spellings mixed, several lines.
 */
export function readMissionHeader(lines: readonly string[]): AssertedMission | undefined {
  const [line] = lines
  if (lines.length !== 1 || line === undefined || line.length > 1024 || repeatsKey(line)) return undefined
  let members: Dictionary
  try {
    members = parseDictionary(line)
  } catch {
    return undefined
  }
  const approver = members.get('approver')
  const member = members.get('s256')
  if (approver === undefined || members.size !== (member === undefined ? 1 : 2)) return undefined
  const parameter = approver[1].get('s256')
  if (member !== undefined && parameter !== undefined) return undefined
  const s256 = member === undefined ? parameter : stringOf(member)
  const url = stringOf(approver)
  return url === undefined || typeof s256 !== 'string' ? undefined : { approver: url, s256 }
}

function stringOf(member: Item | InnerList): string | undefined {
  return typeof member[0] === 'string' ? member[0] : undefined
}

// A general parser folds repeated keys to the last; here a repetition is an ambiguity (matrix MISS-1).
function repeatsKey(line: string): boolean {
  const outsideStrings = line.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  return ['approver', 's256'].some(
    (key) => outsideStrings.split(new RegExp(`(?:^|[,;\\s])${key}(?![a-z0-9_.*-])`)).length > 2,
  )
}
