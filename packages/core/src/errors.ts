import { serializeDictionary, Token } from 'structured-headers'
import { type ErrorContext, errorContextOf } from './error-context.ts'
import { ownMembers } from './own-members.ts'

/**
 * Every way a request can be refused. The first group goes out in `Signature-Error` (Signature Keys 09 §5.4),
 * the rest only in the problem body.
 */
export type AAuthErrorCode =
  | SignatureErrorCode
  | 'agent_token_required'
  | 'person_token_required'
  | 'auth_token_required'
  | 'invalid_request'
  | 'invalid_scope'
  | 'invalid_account'
  | 'unsupported_iss'
  | 'content_too_large'
  | 'rate_limited'
  | 'access_denied'
  | 'person_required'
  | 'mission_required'
  | 'mission_mismatch'
  | 'class_mismatch'
  | 'class_unverifiable'
  | 'mission_terminated'
  | 'server_error'

/** The codes of `Signature-Error`, all answered with 401 (draft 11 §11.3.4). */
export type SignatureErrorCode =
  | 'invalid_signature'
  | 'invalid_input'
  | 'unsupported_scheme'
  | 'unsupported_algorithm'
  | 'invalid_key'
  | 'unknown_key'
  | 'invalid_jwt'
  | 'expired_jwt'
  | 'revoked_jwt'
  | 'issuer_missing'
  | 'issuer_mismatch'
  | 'clock_skew'

/** What `AAuth-Requirement` can ask for with a 401 (draft 11 §11.6). */
export type RequirementName = 'agent-token' | 'person-token' | 'auth-token'

/** Facts that some codes carry to the wire, and the hint that never goes there. */
export interface RefusalDetails {
  /** For the operator's log: what was wrong with this request. Never sent. */
  readonly hint?: string
  /** Replaces the sentence that goes with the code; fixed text without any value of the request. */
  readonly detail?: string
  /** Components the signature must cover; sent as `required_input`. */
  readonly requiredInput?: readonly string[]
  /** Sent as `AAuth-Requirement`. */
  readonly requirement?: RequirementName
  /** Sent as the `resource-token` parameter of `AAuth-Requirement`. */
  readonly resourceToken?: string
  /** Sends `Accept-Signature-Scheme` and `Accept-Signature-Alg` as well: the challenge of an unsigned request. */
  readonly advertise?: boolean
  /** The Signature-Key scheme that this place takes; default `jwt`. */
  readonly scheme?: 'jwt' | 'jwks_uri'
  /** Why a mission ended; sent as `termination_reason` beside `mission_terminated`. */
  readonly terminationReason?: string | undefined
  /** Seconds; sent as `Retry-After`. */
  readonly retryAfter?: number
  /** Of `server_error`: trying again will not help. The status is 500 in place of 503. */
  readonly permanent?: boolean
  /** Of `invalid_request`: the methods of the route, sent as `Allow`. The status is 405 in place of 400. */
  readonly allow?: string
  readonly cause?: unknown
}

interface Row {
  readonly status: number
  /** The one sentence a caller gets; it has no value of the request in it (security P01). */
  readonly detail: string
}

const signatureErrors: Readonly<Record<SignatureErrorCode, Row>> = {
  invalid_signature: {
    status: 401,
    detail: 'The HTTP message signature is missing, malformed, stale or does not verify.',
  },
  invalid_input: { status: 401, detail: 'The signature does not cover every required component.' },
  unsupported_scheme: { status: 401, detail: 'The Signature-Key scheme is not accepted here.' },
  unsupported_algorithm: { status: 401, detail: 'The algorithm of the key is not accepted here.' },
  invalid_key: { status: 401, detail: 'The key is not usable.' },
  unknown_key: { status: 401, detail: 'The issuer does not publish the key that signed the token.' },
  invalid_jwt: { status: 401, detail: 'The token is not acceptable.' },
  expired_jwt: { status: 401, detail: 'The token has expired.' },
  revoked_jwt: { status: 401, detail: 'The token has been revoked.' },
  issuer_missing: { status: 401, detail: 'The metadata of the issuer does not name an issuer.' },
  issuer_mismatch: { status: 401, detail: 'The metadata of the issuer names another issuer.' },
  clock_skew: { status: 401, detail: 'A timestamp lies too far in the future.' },
}

const otherErrors: Readonly<Record<Exclude<AAuthErrorCode, SignatureErrorCode>, Row>> = {
  agent_token_required: { status: 401, detail: 'Sign the request with an agent token.' },
  person_token_required: { status: 401, detail: 'Sign the request with a person token.' },
  auth_token_required: {
    status: 401,
    detail: 'Sign the request with an auth token that grants this access.',
  },
  invalid_request: { status: 400, detail: 'The request is malformed or ambiguous.' },
  invalid_scope: { status: 400, detail: 'The scope is not one that this resource describes.' },
  invalid_account: { status: 400, detail: 'The account is not one of this person.' },
  unsupported_iss: { status: 403, detail: 'Revocations of this issuer are not accepted here.' },
  content_too_large: { status: 413, detail: 'The content is too large to be checked.' },
  rate_limited: { status: 429, detail: 'Too many requests. Try again later.' },
  access_denied: { status: 403, detail: 'Access is denied.' },
  person_required: { status: 403, detail: 'This access needs a token that names a person.' },
  mission_required: { status: 403, detail: 'This access needs a token that carries a mission.' },
  mission_mismatch: {
    status: 403,
    detail: 'The mission of the token is not the one this access belongs to.',
  },
  class_mismatch: { status: 403, detail: 'The agent provider is not the one this access belongs to.' },
  class_unverifiable: { status: 403, detail: 'The token does not say which agent provider is acting.' },
  mission_terminated: { status: 403, detail: 'The mission of the token was terminated.' },
  server_error: { status: 503, detail: 'The request could not be decided. Try again later.' },
}

const methodNotAllowed: Row = { status: 405, detail: 'The route does not serve this method.' }
const permanentFault: Row = { status: 500, detail: 'The request could not be decided.' }

/**
 * A refusal: everything an adapter needs to answer, and a {@link AAuthError.hint} for the log.
 *
 * Branch on `code`, never on `message`. `headers` and {@link problemBody} are exactly what the protocol asks for.
 *
 * @example
 * ```ts
 * import { authorize, isAAuthError } from '@aauth-guard/core'
 * import type { Resource, SignedRequest } from '@aauth-guard/core'
 *
 * export async function mayPass(resource: Resource, request: SignedRequest): Promise<boolean> {
 *   try {
 *     await authorize(resource, request)
 *     return true
 *   } catch (error) {
 *     if (isAAuthError(error)) console.info(error.code, error.hint)
 *     return false
 *   }
 * }
 * ```
 */
export class AAuthError extends Error {
  override readonly name = 'AAuthError'
  readonly code: AAuthErrorCode
  /** HTTP status. */
  readonly status: number
  /** Whether `message` may be shown to the caller; always true, since it is a fixed sentence. */
  readonly expose: boolean = true
  /** For the operator's log; may quote the request. Never on the wire. */
  readonly hint: string | undefined
  readonly #details: RefusalDetails

  constructor(code: AAuthErrorCode, details: RefusalDetails = noDetails) {
    const row = rowOf(code, details)
    const message = detailOf(row, details)
    const options = Object.hasOwn(details, 'cause') ? { cause: details.cause } : undefined
    // A refusal is an answer, not a crash; capturing a stack would cost more than the checks that led here. Nothing
    // between these lines may throw, or no other error of the process had a stack from then on.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = limit
    this.code = code
    this.status = row.status
    this.#details = details
    const hint = Object.hasOwn(details, 'hint') ? details.hint : undefined
    this.hint = hint === undefined ? undefined : printable(hint)
  }

  /** Response headers in lower case, without `content-type` and framing. */
  get headers(): Readonly<Record<string, string>> {
    return headersOf(this.code, ownMembers(this.#details), errorContextOf(this))
  }

  /** The problem document (RFC 9457) that goes with it. */
  get problem(): Readonly<Record<string, unknown>> {
    const { code } = this
    const row = rowOf(code, this.#details)
    const { status } = row
    const detail = detailOf(row, this.#details)
    // The type URN is mandatory beside Signature-Error (Signature Keys 09 §5.2); AAuth reads `error` (matrix ERR-2),
    // agents of drafts 01-08 `error_description` (matrix ERR-1).
    const type = isSignatureError(code) ? { type: `urn:ietf:params:sig-error:${code}` } : {}
    const problem = { ...type, status, error: code, detail, error_description: detail }
    if (code !== 'mission_terminated') return problem
    // The members that person servers use (draft 11 §8.8, matrix MISS-9).
    const { terminationReason } = ownMembers(this.#details)
    return { ...problem, mission_status: 'terminated', termination_reason: terminationReason }
  }
}

const noDetails: RefusalDetails = {}

const visible = /^[\x20-\x7e]*$/

/** Text of a request that cannot forge another line of a log (security P05). */
function printable(hint: string): string {
  const plain = visible.test(hint) ? hint : hint.replace(/[^\x20-\x7e]/g, '\ufffd')
  return plain.length > 512 ? plain.slice(0, 512) : plain
}

/** Whether `value` is a refusal, also one made by another copy of this package. */
export function isAAuthError(value: unknown): value is AAuthError {
  if (!(value instanceof Error) || value.name !== 'AAuthError') return false
  const { code } = value as { code?: unknown }
  return (
    typeof code === 'string' && (Object.hasOwn(signatureErrors, code) || Object.hasOwn(otherErrors, code))
  )
}

function detailOf(row: Row, details: RefusalDetails): string {
  return (Object.hasOwn(details, 'detail') ? details.detail : undefined) ?? row.detail
}

function isSignatureError(code: AAuthErrorCode): code is SignatureErrorCode {
  return Object.hasOwn(signatureErrors, code)
}

function rowOf(code: AAuthErrorCode, details: RefusalDetails): Row {
  if (code === 'invalid_request' && Object.hasOwn(details, 'allow')) return methodNotAllowed
  if (code === 'server_error' && Object.hasOwn(details, 'permanent') && details.permanent)
    return permanentFault
  return isSignatureError(code) ? signatureErrors[code] : otherErrors[code]
}

/** The algorithms accepted for keys and tokens, as advertised (draft 11 §11.3.1). */
export const acceptedAlgorithms = ['Ed25519', 'ES256'] as const

function headersOf(
  code: AAuthErrorCode,
  details: RefusalDetails,
  context: ErrorContext | undefined,
): Record<string, string> {
  const { status } = rowOf(code, details)
  const headers: Record<string, string> = { 'cache-control': 'no-store' }
  if (isSignatureError(code)) {
    const required = details.requiredInput?.map((name) => [name, new Map()] as [string, Map<string, never>])
    headers['signature-error'] = serializeDictionary({
      error: new Token(code),
      ...(required && { required_input: [required, new Map()] }),
    })
  }
  // A policy refusal carries none of these (matrix ERR-3).
  if (status === 401) {
    if (details.advertise || code === 'unsupported_scheme')
      headers['accept-signature-scheme'] = details.scheme ?? context?.schemes.join(', ') ?? 'jwt'
    if (details.advertise || code === 'unsupported_algorithm') {
      headers['accept-signature-alg'] = acceptedAlgorithms.join(', ')
    }
    if (details.requirement) {
      headers['aauth-requirement'] = requirementHeader(details.requirement, details.resourceToken)
      if (context !== undefined) headers.link = context.link
    }
  }
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
