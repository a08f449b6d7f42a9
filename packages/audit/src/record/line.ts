import { createHash, type KeyObject, sign as signOctets, verify as verifyOctets } from 'node:crypto'

/** Octets of the longest line that is written or read, with its line end. */
export const maxLine: number = 256 * 1024

/** What a record is about. */
export type RecordKind =
  | 'file'
  | 'decision'
  | 'event'
  | 'counts'
  | 'gap'
  | 'recovered'
  | 'checkpoint'
  | 'closed'

/** The members with which every record begins, in this order. */
export interface RecordHead {
  /** Counts the records of a chain over all of its files, from 1. */
  readonly seq: number
  /** When it was written: milliseconds since 1970, by the clock of the system. An event has a time of its own. */
  readonly time: number
  readonly kind: RecordKind
  /** Hash of the record before; `null` in the first record of a chain. */
  readonly prev: string | null
}

const signedContext = 'aauth-guard audit log v1\n'
const hashAt = ',"hash":"'
const signatureAt = ',"signature":"'
/** Octets behind the hashed text: the member, 43 characters of base64url, and the end of the object. */
const hashTail = hashAt.length + 43 + 2
/** Octets of the member `signature`: 86 characters of base64url. */
const signatureTail = signatureAt.length + 86 + 1

/** JSON of one line of ASCII, in which nothing can end, reorder or hide a part of it. */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value)
  let escaped = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0x20 && unit <= 0x7e) continue
    escaped += `${text.slice(from, at)}\\u${unit.toString(16).padStart(4, '0')}`
    from = at + 1
  }
  return from === 0 ? text : escaped + text.slice(from)
}

/** The members of an object as JSON without braces. */
export function membersJson(members: object): string {
  return asciiJson(members).slice(1, -1)
}

/**
 * Writes a record.
 * @param members the further members as JSON without braces, or an empty text
 * @param key signs the record
 */
export function makeLine(
  { seq, time, kind, prev }: RecordHead,
  members: string,
  key?: KeyObject,
): { readonly line: string; readonly hash: string } {
  const previous = prev === null ? 'null' : `"${prev}"`
  let text = `{"seq":${seq},"time":${time},"kind":"${kind}","prev":${previous}${members === '' ? '' : `,${members}`}`
  if (key !== undefined) text += `${signatureAt}${signed(text, key)}"`
  const hash = hashOf(text)
  return { line: `${text}${hashAt}${hash}"}\n`, hash }
}

/** A line that has the form of a record. Whether it is one of this chain is for its reader to say. */
export interface ReadRecord extends RecordHead {
  readonly hash: string
  /** All members. */
  readonly members: Readonly<Record<string, unknown>>
  /** Whether the hash is that of the line. */
  readonly isIntact: boolean
  /** Whether it is signed by the key. */
  isSignedBy(key: KeyObject): boolean
}

/** Reads a line, without its line end. @returns `undefined` if it does not have the form of a record */
export function readLine(line: Buffer): ReadRecord | undefined {
  const text = line.toString('latin1')
  // Parsing what is not JSON costs more than all else.
  if (!text.startsWith('{"seq":')) return undefined
  const covered = text.slice(0, -hashTail)
  const members = parsed(text)
  if (members === undefined || !text.startsWith(hashAt, covered.length) || !text.endsWith('"}'))
    return undefined
  const { seq, time, kind, prev, hash } = members
  const names = Object.keys(members)
  if (!headNames.every((name, index) => names[index] === name) || names.at(-1) !== 'hash') return undefined
  if (!Number.isSafeInteger(seq) || !Number.isSafeInteger(time) || typeof kind !== 'string') return undefined
  if ((prev !== null && typeof prev !== 'string') || typeof hash !== 'string') return undefined
  return {
    seq: seq as number,
    time: time as number,
    kind: kind as RecordKind,
    prev,
    hash,
    members,
    isIntact: hashOf(covered) === hash,
    isSignedBy: (key) => isSigned(covered, members.signature, key),
  }
}

const headNames: readonly string[] = ['seq', 'time', 'kind', 'prev']

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'latin1').update('}').digest('base64url')
}

function signed(text: string, key: KeyObject): string {
  return signOctets(null, Buffer.from(`${signedContext}${text}}`, 'latin1'), key).toString('base64url')
}

function isSigned(covered: string, signature: unknown, key: KeyObject): boolean {
  if (typeof signature !== 'string' || !covered.endsWith(`${signatureAt}${signature}"`)) return false
  const text = covered.slice(0, -signatureTail)
  const octets = Buffer.from(signature, 'base64url')
  if (octets.length !== 64) return false
  return verifyOctets(null, Buffer.from(`${signedContext}${text}}`, 'latin1'), key, octets)
}
