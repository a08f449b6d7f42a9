import { type Member, type Parameters, readDictionary } from './dictionary.ts'

/** A mission as `AAuth-Mission` asserts it. Its syntax is checked where identifiers are known. */
export interface AssertedMission {
  readonly approver: string
  readonly s256: string
}

const maxLength = 1024
const caps = { members: 2, params: 16, items: 0 }

/**
 * Reads `AAuth-Mission` in its two spellings, `approver="…"; s256="…"` and `approver="…", s256="…"`
 * (D5). Returns `undefined` for anything else: other members, both spellings mixed, a name that is repeated,
 * several lines.
 */
export function readMissionHeader(lines: readonly string[]): AssertedMission | undefined {
  const [line] = lines
  if (lines.length !== 1 || line === undefined || line.length > maxLength) return undefined
  let members: ReadonlyMap<string, Member>
  try {
    members = readDictionary(line, caps)
  } catch {
    return undefined
  }
  const approver = members.get('approver')
  const member = members.get('s256')
  if (approver === undefined || members.size !== (member === undefined ? 1 : 2)) return undefined
  // A parameter with the name of a member is a repetition too (MISS-1).
  if (approver.params.has('approver') || (member !== undefined && repeats(member.params, approver.params)))
    return undefined
  const url = stringOf(approver)
  const s256 = member === undefined ? parameterOf(approver.params) : stringOf(member)
  return url === undefined || s256 === undefined ? undefined : { approver: url, s256 }
}

function repeats(...all: readonly Parameters[]): boolean {
  return all.some((params) => params.has('s256') || params.has('approver'))
}

function stringOf(member: Member): string | undefined {
  return member.kind === 'item' && member.item.type === 'string' ? member.item.value : undefined
}

function parameterOf(params: Parameters): string | undefined {
  const s256 = params.get('s256')
  return s256?.type === 'string' ? s256.value : undefined
}
