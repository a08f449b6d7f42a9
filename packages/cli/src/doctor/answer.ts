import { parseDictionary } from 'structured-headers'

/** A header line, with its name in lower case. */
export type HeaderLine = readonly [name: string, value: string]

/** What came back for one request. */
export interface Answer {
  readonly status: number
  readonly lines: readonly HeaderLine[]
  /** The content, up to 64 KiB. */
  readonly text: string
  /** Whether there was more. */
  readonly isCut: boolean
  /** Milliseconds: when the request was sent, and when the head of the answer was there. */
  readonly sentAt: number
  readonly receivedAt: number
}

/** All lines of a field, joined; `undefined` where there is none. */
export function field({ lines }: Pick<Answer, 'lines'>, name: string): string | undefined {
  const found = lines.filter(([one]) => one === name).map(([, value]) => value)
  return found.length === 0 ? undefined : found.join(', ')
}

/** The content as a JSON object; `undefined` for anything else. */
export function jsonOf({ text, isCut }: Pick<Answer, 'text' | 'isCut'>): Record<string, unknown> | undefined {
  if (isCut) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** The error code of a refusal: of `Signature-Error`, which answers to HEAD have as well, or of the problem body. */
export function codeOf(answer: Answer): string | undefined {
  const [named] = memberOf(answer, 'signature-error', 'error') ?? []
  if (named !== undefined) return String(named)
  const code = jsonOf(answer)?.error
  return typeof code === 'string' ? code : undefined
}

/** The components that `Signature-Error` demands. */
export function requiredInputOf(answer: Answer): readonly string[] {
  const [value] = memberOf(answer, 'signature-error', 'required_input') ?? []
  return Array.isArray(value) ? value.map(([name]) => String(name)) : []
}

/** What `AAuth-Requirement` asks for. */
export function requirementOf(answer: Answer): { readonly name?: string; readonly resourceToken?: string } {
  const [name, params] = memberOf(answer, 'aauth-requirement', 'requirement') ?? []
  if (name === undefined || params === undefined) return {}
  const token = params.get('resource-token')
  return { name: String(name), ...(typeof token === 'string' && { resourceToken: token }) }
}

/** Whether it is the challenge of a request without a credential, be it that a proxy took some of its lines away. */
export function isUnsignedChallenge(answer: Answer): boolean {
  if (answer.status !== 401) return false
  const code = codeOf(answer)
  const advertises = field(answer, 'accept-signature-scheme') !== undefined
  return code === 'invalid_signature'
    ? advertises || requirementOf(answer).name !== undefined
    : code === undefined && advertises
}

type Member = readonly [value: unknown, params: ReadonlyMap<string, unknown>]

function memberOf(answer: Answer, name: string, key: string): Member | undefined {
  try {
    return parseDictionary(field(answer, name) ?? '').get(key)
  } catch {
    return undefined
  }
}
