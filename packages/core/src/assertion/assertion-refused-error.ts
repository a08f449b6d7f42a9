/** Why an upstream refuses a request. */
export type AssertionRefusedCode =
  | 'missing'
  | 'duplicate'
  | 'malformed'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'wrong_time'
  | 'wrong_method'
  | 'wrong_target'
  | 'incomplete'
  | 'unknown_key'
  | 'wrong_signature'
  | 'already_used'
  | 'keys_unavailable'
  | 'memory_full'

/**
 * A request did not come from the gateway, or it cannot be verified for now. Branch on `code`, and answer with `status` and
 * nothing else. `message` is for the log of the operator and contains no assertion, key or signature.
 */
export class AssertionRefusedError extends Error {
  override readonly name = 'AssertionRefusedError'
  readonly code: AssertionRefusedCode
  /** 503 for `keys_unavailable` and `memory_full`, else 403. */
  readonly status: 403 | 503

  constructor(code: AssertionRefusedCode, message: string) {
    super(message)
    this.code = code
    this.status = code === 'keys_unavailable' || code === 'memory_full' ? 503 : 403
  }
}
