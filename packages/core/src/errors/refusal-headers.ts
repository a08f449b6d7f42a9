import { serializeDictionary, Token } from 'structured-headers'
import {
  type AAuthErrorCode,
  isSignatureError,
  type RefusalDetails,
  type RequirementName,
  rowOf,
} from './error-codes.ts'
import type { ErrorContext } from './error-context.ts'

/** The algorithms accepted for keys and tokens, as advertised (draft 11 §11.3.1). */
export const acceptedAlgorithms = ['Ed25519', 'ES256'] as const

/** The headers of a refusal. */
export function headersOf(
  code: AAuthErrorCode,
  details: RefusalDetails,
  context: ErrorContext | undefined,
): Record<string, string> {
  const { status } = rowOf(code, details)
  const headers: Record<string, string> = {
    ...(status === 402 && details.payment?.headers),
    'cache-control': 'no-store',
  }
  if (isSignatureError(code)) {
    const required = details.requiredInput?.map((name) => [name, new Map()] as [string, Map<string, never>])
    headers['signature-error'] = serializeDictionary({
      error: new Token(code),
      ...(required && { required_input: [required, new Map()] }),
    })
  }
  // A policy refusal carries none of these (ERR-3).
  if (status === 401 || status === 402) {
    if (details.advertise || code === 'unsupported_scheme')
      headers['accept-signature-scheme'] = details.scheme ?? context?.schemes.join(', ') ?? 'jwt'
    if (details.advertise || code === 'unsupported_algorithm') {
      headers['accept-signature-alg'] = acceptedAlgorithms.join(', ')
    }
    if (details.requirement) {
      headers['aauth-requirement'] = requirementHeader(details.requirement, details.resourceToken)
      if (context !== undefined) headers.link = context.link
    }
    if (details.authenticate !== undefined) headers['www-authenticate'] = details.authenticate
  }
  Object.assign(headers, details.deferred?.headers)
  if (code === 'invalid_request' && details.allow !== undefined) headers.allow = details.allow
  if (details.retryAfter !== undefined) headers['retry-after'] = wholeSeconds(details.retryAfter)
  return headers
}

function wholeSeconds(seconds: number): string {
  const whole = Math.ceil(seconds)
  return String(Number.isFinite(whole) ? Math.min(Math.max(1, whole), 86_400) : 60)
}

function requirementHeader(name: RequirementName, resourceToken: string | undefined): string {
  const params = new Map(resourceToken === undefined ? [] : [['resource-token', resourceToken] as const])
  return serializeDictionary({ requirement: [new Token(name), params] })
}
