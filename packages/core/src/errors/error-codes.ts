import { ownMembers } from '../assert/own-members.ts'
import type { Payment } from './payment.ts'

/**
 * Every way a request can be refused. The first group goes out in `Signature-Error` (Signature Keys 09 §5.4),
 * the rest only in the problem body. docs/reference/errors.md has a section for each: its cause, and what to do.
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
  | 'pending'
  | 'denied'
  | 'abandoned'
  | 'revoked'
  | 'not_found'
  | 'expired'
  | 'invalid_code'
  | 'gone'
  | 'slow_down'
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
  /** Beside an auth token, with its resource token, a payment is needed: the status is 402 in place of 401. */
  readonly payment?: Payment
  /** Sends `Accept-Signature-Scheme` and `Accept-Signature-Alg` as well: the challenge of an unsigned request. */
  readonly advertise?: boolean
  /** The Signature-Key scheme that this place takes; default `jwt`. */
  readonly scheme?: 'jwt' | 'jwks_uri'
  /** Sent as `WWW-Authenticate`: another credential that the route takes. */
  readonly authenticate?: string
  /** Why a mission ended; sent as `termination_reason` beside `mission_terminated`. */
  readonly terminationReason?: string | undefined
  /** Seconds; sent as `Retry-After`. */
  readonly retryAfter?: number
  /** Of `server_error`: trying again will not help. The status is 500 in place of 503. */
  readonly permanent?: boolean
  /** Of `pending`: header fields, and a body that replaces the problem document. */
  readonly deferred?: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Readonly<Record<string, unknown>>
  }
  /** Of `invalid_request`: the methods of the route, sent as `Allow`. The status is 405 in place of 400. */
  readonly allow?: string
  readonly cause?: unknown
}

export interface Row {
  readonly status: number
  /** The one sentence a caller gets; it has no value of the request in it (P01). */
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
  // What a pending URL answers (draft 11 §11.9.4).
  pending: { status: 202, detail: 'The request waits for somebody to decide.' },
  denied: { status: 403, detail: 'The request was denied.' },
  abandoned: { status: 403, detail: 'The person left without a decision.' },
  revoked: { status: 403, detail: 'The request was revoked.' },
  not_found: { status: 404, detail: 'There is no such request.' },
  expired: { status: 408, detail: 'Nobody decided in time.' },
  invalid_code: { status: 410, detail: 'The code is not valid.' },
  gone: { status: 410, detail: 'The request has ended.' },
  slow_down: { status: 429, detail: 'Polled too often.' },
  server_error: { status: 503, detail: 'The request could not be decided. Try again later.' },
}

const methodNotAllowed: Row = { status: 405, detail: 'The route does not serve this method.' }
const paymentNeeded: Row = {
  status: 402,
  detail: 'Get an auth token that grants this access, and pay for it.',
}
const permanentFault: Row = { status: 500, detail: 'The request could not be decided.' }

export function isErrorCode(code: string): code is AAuthErrorCode {
  return Object.hasOwn(signatureErrors, code) || Object.hasOwn(otherErrors, code)
}

export function detailOf(row: Row, details: RefusalDetails): string {
  return (Object.hasOwn(details, 'detail') ? details.detail : undefined) ?? row.detail
}

export function isSignatureError(code: AAuthErrorCode): code is SignatureErrorCode {
  return Object.hasOwn(signatureErrors, code)
}

/** A 402 always carries what the 401 would have carried, and is not made without it (draft 11 §6.5, CHAL-10). */
export function asksForPayment(given: RefusalDetails): boolean {
  const { payment, requirement, resourceToken } = ownMembers(given)
  return payment !== undefined && requirement === 'auth-token' && resourceToken !== undefined
}

/** The status and the sentence that go with a code. */
export function rowOf(code: AAuthErrorCode, details: RefusalDetails): Row {
  if (code === 'invalid_request' && Object.hasOwn(details, 'allow')) return methodNotAllowed
  if (code === 'auth_token_required' && asksForPayment(details)) return paymentNeeded
  if (code === 'server_error' && Object.hasOwn(details, 'permanent') && details.permanent)
    return permanentFault
  return isSignatureError(code) ? signatureErrors[code] : otherErrors[code]
}
