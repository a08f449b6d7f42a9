import type { AAuthErrorCode } from '@aauth-guard/core'

/** The codes that one request and one resource alone can show. The others need a request that waits for a person. */
export type VectorErrorCode = Exclude<
  AAuthErrorCode,
  | 'pending'
  | 'denied'
  | 'abandoned'
  | 'revoked'
  | 'not_found'
  | 'expired'
  | 'invalid_code'
  | 'gone'
  | 'slow_down'
>

/** The status that every way to refuse is answered with. */
export const statusOf: Readonly<Record<VectorErrorCode, number>> = {
  invalid_signature: 401,
  invalid_input: 401,
  unsupported_scheme: 401,
  unsupported_algorithm: 401,
  invalid_key: 401,
  unknown_key: 401,
  invalid_jwt: 401,
  expired_jwt: 401,
  revoked_jwt: 401,
  issuer_missing: 401,
  issuer_mismatch: 401,
  clock_skew: 401,
  agent_token_required: 401,
  person_token_required: 401,
  auth_token_required: 401,
  invalid_request: 400,
  invalid_scope: 400,
  invalid_account: 400,
  content_too_large: 413,
  rate_limited: 429,
  access_denied: 403,
  person_required: 403,
  mission_required: 403,
  mission_mismatch: 403,
  class_mismatch: 403,
  class_unverifiable: 403,
  mission_terminated: 403,
  unsupported_iss: 403,
  server_error: 503,
}

/** Whether a refusal is told in `Signature-Error`; the challenges with 401 are told in `AAuth-Requirement` alone. */
export function isSignatureError(code: VectorErrorCode): boolean {
  return statusOf[code] === 401 && !code.endsWith('_token_required')
}
