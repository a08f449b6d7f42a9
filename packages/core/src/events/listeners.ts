import type { AAuthError } from '../errors/aauth-error.ts'
import type { StoreCall } from '../stores/store-health.ts'
import type { DecisionEvent } from './decision-event.ts'
import type { RequestEvidence } from './request-evidence.ts'
import type { ResourceEvent } from './resource-event.ts'

/**
 * Receives every decision once it is made. What it returns or throws changes nothing.
 * @param refusal what the caller is sent, with the `cause` of a fault; `undefined` for what was accepted
 * @param evidence what was verified, for an audit log; call it before you return. `undefined` if the request did not verify
 */
export type DecisionListener = (
  event: DecisionEvent,
  refusal: AAuthError | undefined,
  evidence: () => RequestEvidence | undefined,
) => unknown

/** Receives what happens beside decisions. What it returns or throws changes nothing. */
export type EventListener = (event: ResourceEvent) => unknown

/** Receives every call to a store that answers later, once it has. What it returns or throws changes nothing. */
export type StoreCallListener = (call: StoreCall) => unknown

/**
 * Is awaited before an accepted request goes on; when it fails, the answer is 503 `server_error`.
 * @param evidence what was verified; call it before you return
 */
export type DecisionRecorder = (
  event: DecisionEvent,
  evidence: () => RequestEvidence | undefined,
) => void | Promise<void>

/**
 * Who listens to a resource, for `resource.listen`. Each member is optional; none is awaited but `recorder`, and none can
 * change a decision but a `recorder` that fails.
 */
export interface ResourceListeners {
  readonly onDecision?: DecisionListener | undefined
  readonly onEvent?: EventListener | undefined
  readonly onStoreCall?: StoreCallListener | undefined
  readonly recorder?: DecisionRecorder | undefined
}
