import type { SignedRequest } from '../wire/signed-request.ts'
import type { SignatureStatement, UntrustedSignature } from './select-signature.ts'

/** How an agent writes its signatures: what is the same in all of them but the time. */
interface Form {
  readonly label: string
  /** `Signature-Input` up to the time: `sig=("@method" … "signature-key");created=`. */
  readonly input: string
  /** The value of `@signature-params` up to the time. */
  readonly params: string
  readonly components: readonly string[]
}

/** A signature in a known form, and the token beside it, which is nothing but text so far. */
export interface FormedSignature extends SignatureStatement {
  readonly tokenText: string
}

/** Agents of one kind share a form, so few are in use. */
const maxForms = 8
const signature64 = /^[A-Za-z0-9+/]{86}==$/

/**
 * The forms of signatures that were verified. A signature in one of them is read by comparing text, which takes a tenth
 * of the time of {@link selectSignature} and yields the same. Anything else is left to it, faults included.
 */
export class SignatureForms {
  readonly #forms: Form[] = []

  /**
   * Reads a signature in a known form. The caller must compare the token with one that is known, or use
   * `selectSignature`: here nobody looks whether it is one, or whether parameters follow it.
   */
  read(request: SignedRequest): FormedSignature | undefined {
    const input = onlyLine(request, 'signature-input')
    const form = input && this.#forms.find((known) => input.startsWith(known.input))
    if (!form) return undefined
    const created = wholeNumber(input, form.input.length)
    const base64 = unwrapped(onlyLine(request, 'signature'), form.label, '=:', ':')
    const tokenText = unwrapped(onlyLine(request, 'signature-key'), form.label, '=jwt;jwt="', '"')
    if (created === undefined || tokenText === undefined || !base64 || !signature64.test(base64))
      return undefined
    return {
      components: form.components,
      unsupported: undefined,
      created,
      expires: undefined,
      hasNonce: false,
      params: form.params + created,
      base64,
      tokenText,
    }
  }

  /** Learns the form of a signature that was verified, so that strangers cannot fill the list. */
  learn(request: SignedRequest, { label, components, params, created }: UntrustedSignature): void {
    const input = onlyLine(request, 'signature-input')
    const time = `;created=${created}`
    if (input !== `${label}=${params}` || !params.endsWith(`)${time}`)) return
    const upTo = (text: string): string => ` ${text.slice(0, text.length - String(created).length)}`.slice(1)
    const form = { label, components, input: upTo(input), params: upTo(params) }
    if (this.#forms.some((known) => known.input === form.input)) return
    this.#forms.unshift(form)
    this.#forms.splice(maxForms)
  }
}

/** The value of a field that was sent as one line. */
function onlyLine(request: SignedRequest, name: string): string | undefined {
  const lines = request.header(name)
  return lines.length === 1 ? lines[0] : undefined
}

/** The canonical decimal number, of at most 15 digits, that the rest of a text is. */
function wholeNumber(text: string, start: number): number | undefined {
  const digits = text.length - start
  if (digits < 1 || digits > 15 || text.charCodeAt(start) === 0x30) return undefined
  let value = 0
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

/** What stands in a text between its label with `opening` and its end with `closing`. */
function unwrapped(
  text: string | undefined,
  label: string,
  opening: string,
  closing: string,
): string | undefined {
  const start = label.length + opening.length
  const isWrapped =
    text !== undefined &&
    text.length > start + closing.length &&
    text.startsWith(label) &&
    text.startsWith(opening, label.length) &&
    text.endsWith(closing)
  return isWrapped ? text.slice(start, -closing.length) : undefined
}
