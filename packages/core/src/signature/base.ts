import { AAuthError } from '../errors.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import type { Target } from '../wire/target.ts'

/** The component values that the request target and the configuration decide. */
export interface DerivedComponents {
  readonly method: string
  /** From configuration, never from `Host` (matrix SIG-14). */
  readonly authority: string
  readonly target: Target
}

const fieldValue = /^[\t\x20-\x7e]*$/

/**
 * The signature base (RFC 9421 §2.5): a line for each covered component, then `@signature-params`.
 *
 * @param required repeated in `required_input`
 * @throws {AAuthError} `invalid_input` when a covered component is absent, unknown or not plain ASCII, since
 * its line could not be told from a forged one
 */
export function signatureBase(
  components: readonly string[],
  signatureParams: string,
  derived: DerivedComponents,
  request: SignedRequest,
  required: readonly string[],
): string {
  let base = ''
  for (const name of components) {
    const value = name.startsWith('@') ? derivedValue(name, derived) : fieldLines(request.header(name))
    if (value === undefined) {
      throw new AAuthError('invalid_input', {
        requiredInput: required,
        hint: `"${name}" has no value that could be signed`,
      })
    }
    base += `"${name}": ${value}\n`
  }
  return `${base}"@signature-params": ${signatureParams}`
}

function derivedValue(name: string, { method, authority, target }: DerivedComponents): string | undefined {
  switch (name) {
    case '@method':
      return method
    case '@authority':
      return authority
    case '@path':
      return target.path
    case '@query':
      return target.query
    default:
      return undefined
  }
}

/** All lines of a field, each trimmed of spaces and tabs, joined in order (RFC 9421 §2.1). */
function fieldLines(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return undefined
  const value = lines.length === 1 ? trim(lines[0] as string) : lines.map(trim).join(', ')
  return fieldValue.test(value) ? value : undefined
}

function trim(line: string): string {
  return line.replace(/^[ \t]+|[ \t]+$/g, '')
}
