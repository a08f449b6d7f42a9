import type { Answer } from '../errors/answer.ts'
import type { ResourceState } from '../resource/state.ts'
import type { RecordStore } from '../stores/record-store.ts'
import type { Auth } from '../token/auth.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { CodeAttempts } from './code-attempts.ts'
import type { Consent } from './consent.ts'
import type { ManagedSettings } from './managed-settings.ts'
import type { Owner } from './owner.ts'
import type { PendingId } from './pending-id.ts'
import { type FoundPending, PendingRecords } from './pending-records.ts'
import { ManagedRecords } from './records.ts'
import type { Sealer } from './sealing.ts'
import { WaitingPolls } from './waiting-polls.ts'

/** A verified poll of a request that is the caller's own, and has not ended from outside. */
export interface Poll {
  readonly request: SignedRequest
  readonly verified: VerifiedRequest
  readonly id: PendingId
  readonly found: FoundPending
}

/** A kind of waiting that decides its polls itself. */
export interface PendingKind {
  /**
   * @returns the final answer, after the record was removed or kept, as the kind needs it
   * @throws {AAuthError} a 202 made by `deferred`, or the final refusal (the promise rejects)
   */
  poll(poll: Poll): Promise<Answer>
  /** Whether DELETE may still remove the record. Default: as long as it has no outcome. */
  mayCancel?(found: FoundPending): boolean
}

/** A verified request to the pending URL of a held call, by the owner that the URL was made for. */
export interface HeldPoll extends Pick<Poll, 'request' | 'verified' | 'id'> {
  readonly owner: Owner
  /** Whether the request is the call itself, which a guard has accepted. */
  readonly isAccepted?: boolean
}

/** What answers at the pending URLs of held calls. */
export interface HeldPending {
  /** @throws {AAuthError} a 202, or a refusal (the promise rejects) */
  poll(poll: HeldPoll): Promise<Answer>
  /** @throws {AAuthError} `gone` unless the call still waits (the promise rejects) */
  cancel(poll: HeldPoll): Promise<Answer>
}

/**
 * Makes header fields of the 200 that tells an agent that a person consented.
 * @throws {AAuthError} (the promise rejects)
 */
export type AccessHeaders = (
  verified: VerifiedRequest,
  consent: string,
  given: Consent,
) => Promise<Readonly<Record<string, string>>>

/** Finds the id of the consent that a request presents, if any. It is not trusted: the record is compared with the caller. */
export type PresentedConsent = (
  auth: Auth,
  request: RoutedRequest,
) => string | undefined | Promise<string | undefined>

/** What the parts of resource-managed access share. */
export abstract class ManagedContext {
  readonly state: ResourceState
  readonly settings: ManagedSettings
  readonly sealer: Sealer
  readonly records: ManagedRecords
  readonly pending: PendingRecords
  readonly polls: WaitingPolls = new WaitingPolls()
  readonly attempts: CodeAttempts = new CodeAttempts()
  /** By `waitsFor` of the request. */
  readonly kinds: Map<string, PendingKind> = new Map()
  /** The id of the consent that a request presents. Set by sessions; routes may have one of their own. */
  abstract readonly presentedConsent: PresentedConsent
  /** Set by sessions. */
  abstract readonly accessHeaders: AccessHeaders

  abstract readonly held: HeldPending

  constructor(state: ResourceState, store: RecordStore, sealer: Sealer, settings: ManagedSettings) {
    this.state = state
    this.settings = settings
    this.sealer = sealer
    this.records = new ManagedRecords(state, store, sealer)
    this.pending = new PendingRecords(this.records, sealer, state.settings.now)
  }
}
