import { type GatewayRefusal, refusal } from '../decide/refusal.ts'

/** Why an upstream did not answer. The hint may name it, the answer does not. */
export class UpstreamFault extends Error {
  readonly refusal: GatewayRefusal

  constructor(code: 'upstream_unavailable' | 'upstream_timeout', hint: string, cause?: unknown) {
    super(hint, { cause })
    this.refusal = refusal(code, hint)
  }
}

/** A request that the gateway itself refuses after it found the route. */
export class RefusedError extends Error {
  readonly refusal: GatewayRefusal

  constructor(refused: GatewayRefusal) {
    super(refused.hint)
    this.refusal = refused
  }
}
