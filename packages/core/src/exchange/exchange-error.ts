/** The parameters of a token endpoint that carry tokens. */
export type TokenParameter = 'resource' | 'presented' | 'agent' | 'subagent' | 'upstream' | 'auth'

/** In what an auth token can fail to be what the resource asked for. */
export type ExchangeMismatch =
  | 'issuer_not_audience'
  | 'audience_not_issuer'
  | 'key_changed'
  | 'scope_broadened'
  | 'account_changed'
  | 'person_changed'
  | 'tenant_changed'
  | 'mission_changed'
  | 'agent_changed'
  | 'generation_changed'
  | 'lifetime_exceeded'

/** Every way an exchange can be refused (draft 11 §11.9.3; PS11-20 to PS11-29, AS11-01 to AS11-05). */
export type ExchangeErrorCode =
  | 'invalid_request'
  | 'clock_skew'
  | `${'invalid' | 'expired' | 'revoked'}_${TokenParameter}_token`
  | ExchangeMismatch

/**
 * A token that was handed over does not fit. Branch on `code`; it is what a token endpoint answers with 400, but for
 * the departures of an auth token, which say what a server must not deliver.
 */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly code: ExchangeErrorCode
  readonly status = 400

  /** @param hint for the operator's log, never for the wire */
  constructor(code: ExchangeErrorCode, hint: string, cause?: unknown) {
    super(hint, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
