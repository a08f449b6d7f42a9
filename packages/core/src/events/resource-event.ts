import type { Mission } from '../token/claims.ts'
import type { TokenKind } from '../token/kinds.ts'

/** What happens beside decisions. At most ten of a type are reported in a second; `suppressed` counts the others. */
export type ResourceEvent = ResourceHappening & {
  /** Milliseconds since 1970, by the clock of the system. */
  readonly time: number
  /** Events of this type that were not reported since the one before. */
  readonly suppressed: number
}

/** What is reported, without the members that all events have. */
export type ResourceHappening =
  | KeysFetchedEvent
  | DiscoveryLimitedEvent
  | IssuerRefusedEvent
  | IssuerPurgedEvent
  | TokenRevokedEvent
  | MissionTerminatedEvent
  | StoreFailedEvent
  | CircuitChangedEvent
  | HeldCallUnknownEvent

/** The documents of an issuer were fetched. */
export interface KeysFetchedEvent {
  readonly type: 'aauth.keys_fetched.v1'
  readonly issuer: string
  /** Such as `aauth-person.json`. */
  readonly document: string
  readonly outcome: 'fetched' | 'failed'
  /** Why it failed. */
  readonly hint?: string
}

/** A request was refused because too many issuers that `trust` does not list were being fetched. */
export interface DiscoveryLimitedEvent {
  readonly type: 'aauth.discovery_limited.v1'
  readonly issuer: string
}

/** A token was refused for its issuer, which `trust` does not accept. The issuer is claimed: nothing is verified. */
export interface IssuerRefusedEvent {
  readonly type: 'aauth.issuer_refused.v1'
  /** At most 128 characters. */
  readonly issuer: string
  readonly kind: TokenKind
}

/** Who told of a revocation or purge: the operator in this process, the issuer itself, or another process. */
export type RevokedBy = 'operator' | 'issuer' | 'fleet'

/** Everything that an issuer vouched for was invalidated. */
export interface IssuerPurgedEvent {
  readonly type: 'aauth.issuer_purged.v1'
  readonly issuer: string
  readonly learnedFrom: RevokedBy
}

/** A token was revoked. */
export interface TokenRevokedEvent {
  readonly type: 'aauth.token_revoked.v1'
  readonly issuer: string
  readonly jti: string
  readonly learnedFrom: RevokedBy
}

/**
 * Who told of a termination: `terminate` or `observe` in this process, an announcement of the person server, the `source`
 * of `monitorMissions`, a notice of another process, or a shared store that was asked for a request.
 */
export type TerminationSource = 'operator' | 'response' | 'announcement' | 'source' | 'fleet' | 'store'

/** This process learned that a mission was terminated. Reported once for each mission. */
export interface MissionTerminatedEvent {
  readonly type: 'aauth.mission_terminated.v1'
  readonly mission: Mission
  readonly reason?: string
  readonly learnedFrom: TerminationSource
}

/** A store failed, took too long, or returned a value that its contract does not allow. */
export interface StoreFailedEvent {
  readonly type: 'aauth.store_failed.v1'
  /** The option, such as `stores.revocations`. */
  readonly store: string
  readonly hint: string
}

/** Calls to a store or server were suspended after failures, or succeed again. */
export interface CircuitChangedEvent {
  readonly type: 'aauth.circuit_changed.v1'
  /**
   * The option of a store, such as `stores.revocations`, the person server whose mission status is queried, or the origin
   * of the policy server of `authzen`.
   */
  readonly subject: string
  readonly state: 'open' | 'closed'
}

/**
 * A held call was begun, and nobody knows how it ended: the process that ran it was lost, or `run` threw. Reported again if
 * the first report may have been lost as well.
 */
export interface HeldCallUnknownEvent {
  readonly type: 'aauth.held_call_unknown.v1'
  /** For `recordOutcome` of the held route. */
  readonly id: string
  /** `name` of the route. */
  readonly route: string
  readonly method: string
  /** Without the query. */
  readonly path: string
}
