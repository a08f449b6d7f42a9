import { isBase64 } from '../wire/byte-sequence.ts'
import { maxHeaderLength } from '../wire/limits.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { onlyLine } from '../wire/snapshot.ts'
import type { SignatureStatement, UntrustedSignature } from './select-signature.ts'

/** How an agent writes its signatures: what is the same in all of them. */
interface Form {
  /** `Signature-Input` up to the time: `sig=("@method" … "signature-key");created=`. */
  readonly input: string
  /** `Signature` up to its octets: `sig=:`. */
  readonly signature: string
  /** `Signature-Key` up to the token: `sig=jwt;jwt="`. */
  readonly key: string
  readonly label: string
  readonly components: readonly string[]
}

/** A signature in a known form, and the token beside it, which is nothing but text so far. */
export interface FormedSignature extends SignatureStatement {
  readonly tokenText: string
}

/** Agents of one kind share a form, so few are in use. */
const maxForms = 8
/** Base64 of 64 octets, with its padding. */
const signatureLength = 88

/**
 * The forms of signatures that were verified. A signature in one of them is read by comparing text, which takes a tenth
 * of the time of `selectSignature` and yields the same (bench/README.md#known-forms). Anything else is left to it, faults
 * included.
 */
export class SignatureForms {
  readonly #forms: Form[] = []

  /**
   * Reads a signature in a known form. The caller must compare the token with one that was read before, look
   * at its characters, or use `selectSignature`: here nobody looks whether it is one, or whether parameters follow it.
   */
  read(request: SignedRequest): FormedSignature | undefined {
    const input = onlyLine(request, 'signature-input')
    const form = input === undefined ? undefined : this.#formOf(input)
    if (input === undefined || form === undefined) return undefined
    // A time with more digits than the one that was learned.
    if (input.length > maxHeaderLength['signature-input']) return undefined
    const created = wholeNumber(input, form.input.length)
    const signature = unwrapped(onlyLine(request, 'signature'), form.signature, ':')
    const key = onlyLine(request, 'signature-key')
    if (key === undefined || key.length > maxHeaderLength['signature-key']) return undefined
    const tokenText = unwrapped(key, form.key, '"')
    if (created === undefined || tokenText === undefined || signature === undefined) return undefined
    if (signature.length !== signatureLength || !isBase64(signature, 86)) return undefined
    return {
      components: form.components,
      unsupported: undefined,
      created,
      expires: undefined,
      hasNonce: false,
      params: input.slice(form.label.length + 1),
      signature,
      tokenText,
    }
  }

  /** Learns the form of a signature that was verified, so that unauthenticated clients cannot fill the list. */
  learn(request: SignedRequest, { label, components, params, created }: UntrustedSignature): void {
    const input = onlyLine(request, 'signature-input')
    if (input !== `${label}=${params}` || !params.endsWith(`);created=${created}`)) return
    // A substring would keep the whole header alive.
    const upToTime = ` ${input.slice(0, input.length - String(created).length)}`.slice(1)
    if (this.#forms.some((known) => known.input === upToTime)) return
    this.#forms.unshift({
      input: upToTime,
      signature: `${label}=:`,
      key: `${label}=jwt;jwt="`,
      label: ` ${label}`.slice(1),
      components: Object.freeze(components.map(internalized)),
    })
    this.#forms.splice(maxForms)
  }

  #formOf(input: string): Form | undefined {
    for (const form of this.#forms) if (input.startsWith(form.input)) return form
    return undefined
  }
}

/** The one copy of a text that the engine keeps for names, which compares by its address. */
function internalized(text: string): string {
  return Object.keys({ [text]: true })[0] as string
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

/** What stands in a text between its opening and the one character that closes it. */
function unwrapped(text: string | undefined, opening: string, closing: string): string | undefined {
  const isWrapped =
    text !== undefined &&
    text.length > opening.length &&
    text.charCodeAt(text.length - 1) === closing.charCodeAt(0) &&
    text.startsWith(opening)
  return isWrapped ? text.slice(opening.length, -1) : undefined
}
