import type { AAuthErrorCode } from '../errors/aauth-error.ts'
import type { Mission } from '../token/claims.ts'
import type { Generation, TokenKind } from '../token/kinds.ts'

/** Where in the way of a request something was decided. */
export type DecisionPoint = 'guard' | 'content' | 'grant' | 'step-up' | 'server' | 'route'

/**
 * One decision about one request, frozen. It holds no token, signature, key, content or query. All of it is personal
 * data: in draft 11 a thumbprint, a mission and a `jti` each point at one person.
 *
 * A refusal stands for one refused answer. Guards behind guards, `requireGrant`, content that is compared late and
 * step-ups decide again: events with the same `request` and a higher `step`, of which the last one is the outcome.
 */
export interface DecisionEvent {
  readonly type: 'aauth.decision.v1'
  /** Milliseconds since 1970, by the clock of the system. */
  readonly time: number
  /** Random, the same for all events of this resource in this process. */
  readonly process: string
  /** Counts the decisions of this resource in this process, from 1. */
  readonly seq: number
  /** Random, the same for all decisions about one request. */
  readonly request: string
  /** Counts the decisions about the request, from 1. */
  readonly step: number
  readonly point: DecisionPoint
  /**
   * `'other'`: the request carried the credential that `alternative` of the route names, or it had no AAuth credential and
   * an optional guard let it pass. `scheme` tells the first from the second.
   */
  readonly credential: 'aauth' | 'other'
  /** `scheme` of the other credential that the request carried, accepted or not. */
  readonly scheme?: string
  /** `'challenged'` is the normal way in; `'failed'` says that nobody could decide. */
  readonly outcome: 'accepted' | 'challenged' | 'refused' | 'failed'
  /** HTTP status of the answer; absent for what was accepted. */
  readonly status?: number
  readonly code?: AAuthErrorCode
  /** What was wrong and what to do, for the operator. May quote the request. */
  readonly hint?: string
  /** A store did not answer, so the decision relies on its last answer, as `staleReads` allows. */
  readonly stale?: true
  /** Milliseconds, by stage. */
  readonly duration: Readonly<Record<string, number>>
  /** `name` of the requirement. */
  readonly requirement?: string
  readonly method: string
  /** As it was sent, without the query, at most 1024 characters. */
  readonly path: string
  readonly generation?: Generation
  readonly kind?: TokenKind
  /** Who signed the token, or the request of a server. */
  readonly issuer?: string
  readonly agent?: string
  /** HMAC-SHA-256 of `personKey(auth)` with `observe.personHashKey`, base64url; the key itself with `rawPersons`. */
  readonly person?: string
  /** `'process'`: without `personHashKey` the key of the hash is random, so that it differs from process to process. */
  readonly personScope?: 'fleet' | 'process' | 'raw'
  readonly mission?: Mission
  /** Server identifier of the agent provider. */
  readonly class?: string
  readonly thumbprint?: string
  readonly jti?: string
  readonly exp?: number
  /** Components that the signature covers. */
  readonly covered?: readonly string[]
  /** What the token of a request says whose signature or token did not verify, each at most 128 characters. */
  readonly claimed?: {
    readonly issuer?: string
    readonly agent?: string
    readonly mission?: string
  }
  /** Base64url of the SHA-256 of the field `Signature`. */
  readonly call_id?: string
}
