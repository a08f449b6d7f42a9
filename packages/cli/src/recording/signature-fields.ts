import { type BareItem, isInnerList, parseDictionary, Token } from 'structured-headers'
import { linesOf, type RecordedRequest } from './recording.ts'

/** One signature of a request, as its three fields have it (RFC 9421; Signature Keys). Nothing in it is verified. */
export interface UntrustedSignature {
  readonly label: string
  /** Names of the covered components in their order; one with parameters is marked with `;`. */
  readonly covered: readonly string[]
  readonly created: number | undefined
  readonly expires: number | undefined
  readonly nonce: string | undefined
  /** Of `Signature-Key`, such as `jwt`; `undefined` where the label is not in it. */
  readonly scheme: string | undefined
  /** The token of scheme `jwt`. */
  readonly token: string | undefined
  /** Whether the label is in `Signature`. */
  readonly isSigned: boolean
}

const fields = ['signature-input', 'signature', 'signature-key'] as const

/** Whether the request has any of the three fields. */
export function isUnsigned({ headers }: Pick<RecordedRequest, 'headers'>): boolean {
  return !headers.some(([name]) => fields.some((field) => field === name))
}

/**
 * The signatures of a request, by the labels of `Signature-Input`.
 * @returns a sentence where a field is missing or is not what the RFC says
 */
export function readSignatures({
  headers,
}: Pick<RecordedRequest, 'headers'>): readonly UntrustedSignature[] | string {
  const parsed: ReturnType<typeof parseDictionary>[] = []
  for (const field of fields) {
    const lines = linesOf(headers, field)
    if (lines.length === 0) return `${nameOf(field)} is missing`
    try {
      parsed.push(parseDictionary(lines.join(', ')))
    } catch {
      return `${nameOf(field)} is not a dictionary of structured fields`
    }
  }
  const [inputs, signatures, keys] = parsed as [Dictionary, Dictionary, Dictionary]
  return [...inputs].map(([label, input]) => {
    const parameters = input[1]
    const key = keys.get(label)
    const scheme = key !== undefined && !isInnerList(key) && key[0] instanceof Token ? key[0] : undefined
    return {
      label,
      covered: isInnerList(input)
        ? input[0].map(([name, { size }]) => `${String(name)}${size > 0 ? ';' : ''}`)
        : [],
      created: ifNumber(parameters.get('created')),
      expires: ifNumber(parameters.get('expires')),
      nonce: ifString(parameters.get('nonce')),
      scheme: scheme?.toString(),
      token: ifString(key?.[1].get('jwt')),
      isSigned: signatures.has(label),
    }
  })
}

/** The signature that a resource looks at: the one with a token, else the first. */
export function presentedSignature(
  request: Pick<RecordedRequest, 'headers'>,
): UntrustedSignature | undefined {
  const signatures = readSignatures(request)
  if (typeof signatures === 'string') return undefined
  return signatures.find(({ scheme }) => scheme === 'jwt') ?? signatures[0]
}

type Dictionary = ReturnType<typeof parseDictionary>

/** The field as the RFC writes it. */
function nameOf(field: (typeof fields)[number]): string {
  return { 'signature-input': 'Signature-Input', signature: 'Signature', 'signature-key': 'Signature-Key' }[
    field
  ]
}

function ifNumber(value: BareItem | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function ifString(value: BareItem | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}
