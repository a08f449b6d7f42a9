import { isAscii } from 'node:buffer'

/** A path as the most lenient server would read it. */
export type LoosePath =
  | {
      readonly outcome: 'read'
      /** One list of segments for each way to read it, the whole path first. Segments are never empty. */
      readonly forms: readonly (readonly string[])[]
      /** Whether decoding brought a slash or backslash to light. */
      readonly encodedSlash: boolean
    }
  | { readonly outcome: 'refused'; readonly hint: string }

/** More than any server decodes. Each round takes linear time. */
const maxRounds = 8
const malformed = /%(?![0-9a-f]{2})/i
const [endOfPath, endOrParameter] = [/[?#]/, /[?#;]/]
const control = /\p{Cc}/u
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a path as loosely as any server might: percent-decoded until it stops changing, in Unicode's compatible form,
 * without case, with `\` as `/`, empty segments left out, `;` and what follows cut from segments, and without spaces
 * around them or dots at their end. All servers that apply some of these steps, in whatever order, end with a path of
 * the same loose form. Where the order would matter, the path is refused: dot segments, and `;` beside an encoded slash.
 *
 * @param path in visible ASCII, beginning with `/`
 */
export function loosePath(path: string): LoosePath {
  if (malformed.test(path)) return refused('the path has a "%" without two hexadecimal digits')
  let text = path
  let encodedSlash = false
  for (let round = 0; ; round++) {
    const next = looserText(text)
    if (next === undefined) return refused('the path has encoded octets that are not UTF-8')
    if (control.test(next)) return refused('the path has an encoded control character')
    encodedSlash ||= slashes(next) !== slashes(text)
    if (next === text) break
    if (round === maxRounds) return refused(`the path is encoded more than ${maxRounds} times`)
    text = next
  }
  if (text[1] === '/' || text[1] === '\\') return refused('the path begins with two slashes')
  if (encodedSlash && text.includes(';')) return refused('the path has ";" beside an encoded slash')
  // Some servers parse what they decoded as an address once more, or end a path at its first parameter.
  const forms: string[][] = []
  for (const way of new Set([
    text,
    text.split(endOfPath, 1)[0] as string,
    text.split(endOrParameter, 1)[0] as string,
  ])) {
    const segments = segmentsOf(way)
    if (segments === undefined) return refused('the path has a segment of dots or spaces only')
    forms.push(segments)
  }
  return { outcome: 'read', forms, encodedSlash }
}

/** One round of decoding and folding; `undefined` for octets that are not UTF-8. */
function looserText(text: string): string | undefined {
  const decoded = text.includes('%') ? percentDecoded(text) : text
  if (decoded === undefined || isAscii(Buffer.from(decoded))) return decoded?.toLowerCase()
  // Some letters fold to ASCII only by way of their upper case, such as the long s.
  return decoded.normalize('NFKC').toUpperCase().toLowerCase()
}

function percentDecoded(text: string): string | undefined {
  const octets = Buffer.from(text)
  let length = 0
  for (let at = 0; at < octets.length; at++) {
    const [high, low] = [hexDigit(octets[at + 1]), hexDigit(octets[at + 2])]
    if (octets[at] === 0x25 && high !== undefined && low !== undefined) {
      octets[length++] = high * 16 + low
      at += 2
    } else octets[length++] = octets[at] as number
  }
  try {
    return strictUtf8.decode(octets.subarray(0, length))
  } catch {
    return undefined
  }
}

function hexDigit(octet: number | undefined): number | undefined {
  if (octet === undefined) return undefined
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30
  const letter = octet | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined
}

function slashes(text: string): number {
  let count = 0
  for (const character of text) if (character === '/' || character === '\\') count++
  return count
}

function segmentsOf(text: string): string[] | undefined {
  const segments: string[] = []
  for (const given of text.replaceAll('\\', '/').split('/')) {
    const name = given.split(';', 1)[0] as string
    const trimmed = trim(name)
    if (trimmed !== '') segments.push(trimmed)
    else if (name !== '') return undefined
  }
  return segments
}

function trim(name: string): string {
  let end = name.length
  while (end > 0 && (name[end - 1] === '.' || name[end - 1] === ' ')) end--
  return name.slice(0, end).trimStart()
}

function refused(hint: string): LoosePath {
  return { outcome: 'refused', hint }
}
