import { type Answer, codeOf, isUnsignedChallenge } from './answer.ts'

/**
 * What the answer to a signed request says of its signature. `'verified'` includes requests that were refused for
 * something else afterwards.
 */
export type Verdict = 'verified' | 'refused' | 'unsigned' | 'demands' | 'clock' | 'token' | 'blocked'

/** Refusals of the token, which come before or after the signature. */
const tokenCodes: ReadonlySet<string> = new Set([
  'invalid_jwt',
  'expired_jwt',
  'revoked_jwt',
  'unknown_key',
  'invalid_key',
  'issuer_missing',
  'issuer_mismatch',
  'unsupported_algorithm',
  'unsupported_scheme',
])
/** Answers that a proxy gives in place of the API: no handler behind a guard has a reason for them. */
const proxyStatuses: ReadonlySet<number> = new Set([400, 403, 413, 414, 431, 494, 500, 502, 503, 504])

export function verdictOf(answer: Answer): Verdict {
  const code = codeOf(answer)
  if (code === undefined) return proxyStatuses.has(answer.status) ? 'blocked' : 'verified'
  if (isUnsignedChallenge(answer)) return 'unsigned'
  if (code === 'invalid_signature') return 'refused'
  if (code === 'invalid_input') return 'demands'
  if (code === 'clock_skew') return 'clock'
  if (tokenCodes.has(code)) return 'token'
  return code === 'invalid_request' || code === 'server_error' || code === 'rate_limited'
    ? 'blocked'
    : 'verified'
}
