import { AAuthError } from '../errors/aauth-error.ts'
import { maxComponentLength } from '../wire/limits.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { onlyLine } from '../wire/snapshot.ts'
import type { Target } from '../wire/target.ts'
import { baseComponents } from './coverage.ts'

/** The component values that the request target and the configuration decide. */
export interface DerivedComponents {
  readonly method: string
  /** From configuration, never from `Host` (SIG-14). */
  readonly authority: string
  readonly target: Target
  /** As it reached this server. */
  readonly rawTarget: string
  /** The prefix that a proxy removed from the path that the agent called. */
  readonly strippedPrefix: string
}

/**
 * A signature base in pieces, which a platform writes into one buffer. Joining them first would make a copy of the token
 * for each request.
 */
export type SignatureBase = readonly string[]

const fieldValue = /^[\t\x20-\x7e]*$/

/**
 * The signature base (RFC 9421 §2.5): a line for each covered component, then `@signature-params`.
 *
 * @param required repeated in `required_input`
 * @param checked a field whose lines are known to be one line of printable ASCII
 * @throws {AAuthError} `invalid_input` if a required field was not sent; `invalid_signature` if another component has
 * no value, or one that is too long or not plain ASCII, since its line could not be told from a forged one
 */
export function signatureBase(
  components: readonly string[],
  signatureParams: string,
  derived: DerivedComponents,
  request: SignedRequest,
  required: readonly string[],
  checked?: string,
): SignatureBase {
  const base: string[] = []
  // An iterator makes an object for each turn, of which this loop has the most.
  for (let i = 0; i < components.length; i++) {
    const name = components[i] as string
    const isDerived = name.startsWith('@')
    const value = isDerived ? derivedValue(name, derived) : fieldValueOf(request, name)
    if (value === undefined) throw withoutValue(name, required)
    if (value.length > maxComponentLength)
      throw invalidSignature(
        `${quoted(name)} is covered and longer than ${maxComponentLength} octets: leave it out`,
      )
    // What is derived was checked when the request line was read. A token fills a kilobyte of its field.
    if (!isDerived && name !== checked && !fieldValue.test(value))
      throw invalidSignature(
        `${quoted(name)} is covered and not printable ASCII: leave it out, or encode its value`,
      )
    base.push(starts.get(name) ?? startOf(name), value)
  }
  base.push('\n"@signature-params": ', signatureParams)
  base[0] = (base[0] as string).slice(1)
  return base
}

const startOf = (name: string): string => `\n"${name}": `
/** The starts of the lines that nearly every signature has, with the end of the line before. */
const starts: ReadonlyMap<string, string> = new Map(baseComponents.map((name) => [name, startOf(name)]))

/** `undefined` for what a request does not have, such as `@status` (RFC 9421 §2.2). */
function derivedValue(
  name: string,
  { method, authority, target, rawTarget, strippedPrefix }: DerivedComponents,
): string | undefined {
  switch (name) {
    case '@method':
      return method
    case '@authority':
      return authority
    case '@path':
      return target.path
    case '@query':
      return target.query
    case '@scheme':
      return 'https'
    case '@target-uri':
      // Unlike `@query` it shows whether there is a query (RFC 9421 §2.2.2).
      return `https://${authority}${target.path}${rawTarget.includes('?') ? target.query : ''}`
    case '@request-target':
      if (rawTarget.startsWith('/')) return strippedPrefix + rawTarget
      // Only the proxy knows where the prefix was in an absolute URI.
      return strippedPrefix === '' ? rawTarget : undefined
    default:
      return undefined
  }
}

/** All lines of a field, each trimmed of spaces and tabs, joined in order (RFC 9421 §2.1). */
function fieldValueOf(request: SignedRequest, name: string): string | undefined {
  const line = onlyLine(request, name)
  if (line !== undefined) return trim(line)
  const lines = request.header(name)
  return lines.length === 0 ? undefined : lines.map(trim).join(', ')
}

/** A required field must be sent as well; covering other components is the agent's own choice. */
function withoutValue(name: string, required: readonly string[]): AAuthError {
  if (!name.startsWith('@') && required.includes(name)) {
    return new AAuthError('invalid_input', {
      requiredInput: required,
      hint: `${quoted(name)} must be covered and is not sent: send it and sign again`,
    })
  }
  return invalidSignature(`${quoted(name)} is covered and has no value in this request: leave it out`)
}

function invalidSignature(hint: string): AAuthError {
  return new AAuthError('invalid_signature', { hint })
}

/**
 * Trims by index: a regular expression for white space at the end starts again at every inner run of it, which takes
 * quadratic time.
 */
function trim(line: string): string {
  let start = 0
  let end = line.length
  while (start < end && isWhiteSpace(line.charCodeAt(start))) start++
  while (end > start && isWhiteSpace(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}
