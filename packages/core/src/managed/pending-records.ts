import { AAuthError } from '../errors/aauth-error.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { ReplaceVerdict } from '../stores/record-store.ts'
import { makePendingId, type PendingId } from './pending-id.ts'
import { decodeJson, encodeJson, type PendingRequest } from './pending-request.ts'
import type { ManagedRecords, NewRecord } from './records.ts'
import type { Sealer } from './sealing.ts'
import type { RecordTag } from './tags.ts'

/** Seconds that a request waits by default, and at most. */
export const defaultPendingLifetime = 600
export const maxPendingLifetime = 3600
/** Seconds after its end in which the owner of a request can still be told how it ended. */
export const pendingGrace = 60
/** Octets that are kept free for what is added to a request later. */
const reserved = 4096

/** A request as it is found. */
export interface FoundPending {
  readonly id: string
  readonly request: PendingRequest
  readonly version: string
  /** Why it was ended from outside. */
  readonly ended: string | undefined
}

/** What a request begins with. */
export type NewPending = Omit<
  PendingRequest,
  'since' | 'expires' | 'wrongCodes' | 'arrival' | 'clarifications' | 'outcome'
>

/** The requests that wait, each of them one record. */
export class PendingRecords {
  readonly #records: ManagedRecords
  readonly #sealer: Sealer
  readonly #now: () => number

  constructor(records: ManagedRecords, sealer: Sealer, now: () => number) {
    this.#records = records
    this.#sealer = sealer
    this.#now = now
  }

  /**
   * @param lifetime seconds until which it can be decided
   * @param kept seconds after that, in which the id is still looked up
   * @throws {AAuthError} `rate_limited` when a quota is full, `server_error` when the store fails (the promise rejects)
   */
  async create(
    given: NewPending,
    lifetime: number,
    budget?: WaitBudget,
    kept: number = pendingGrace,
  ): Promise<PendingId> {
    const since = this.#now()
    const request: PendingRequest = {
      ...given,
      since,
      expires: since + lifetime,
      wrongCodes: 0,
      arrival: null,
      clarifications: [],
      outcome: null,
    }
    const id = await makePendingId(this.#sealer, request.owner, request.expires + kept)
    const verdict = await this.#records.create(
      {
        kind: 'pending',
        id: id.id,
        octets: encodeJson(request),
        reserved,
        open: true,
        owner: request.owner,
        source: request.source,
        expires: request.expires + pendingGrace,
      },
      budget,
    )
    if (verdict !== 'created') throw quotaIsFull()
    return id
  }

  /** @throws {AAuthError} `server_error` (the promise rejects) when the store fails */
  async find(id: string, budget?: WaitBudget): Promise<FoundPending | undefined> {
    const found = await this.#records.find({ kind: 'pending', id }, budget)
    if (found === undefined) return undefined
    const { octets, version, ended } = found
    return { id, request: decodeJson<PendingRequest>(octets), version, ended }
  }

  /**
   * Replaces the version that was found, by compare-and-set.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async replace(
    { id, version }: FoundPending,
    request: PendingRequest,
    more: {
      readonly tags?: readonly RecordTag[]
      readonly creates?: NewRecord
      readonly budget?: WaitBudget | undefined
      /** Seconds at which the record is gone, no later than its id allows. */
      readonly expires?: number
    } = {},
  ): Promise<ReplaceVerdict> {
    const { tags, creates, budget, expires = request.expires + pendingGrace } = more
    const open = request.outcome === null
    return this.#records.replace(
      { kind: 'pending', id, version, octets: encodeJson(request), reserved, open, expires, tags, creates },
      budget,
    )
  }

  /**
   * Removes the version that was found. Of several calls one returns `'replaced'`, and may give the final answer.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async remove(
    { id, version }: Pick<FoundPending, 'id' | 'version'>,
    budget?: WaitBudget,
  ): Promise<ReplaceVerdict> {
    const octets = new Uint8Array()
    return this.#records.replace({ kind: 'pending', id, version, octets, open: false, expires: 0 }, budget)
  }
}

/** The response to whoever used up a quota. Nothing that waits is removed for it. */
export function quotaIsFull(): AAuthError {
  return new AAuthError('rate_limited', {
    hint: 'too many requests of this owner, of its issuer, or of all unlisted issuers wait for a person',
    retryAfter: 60,
  })
}

/** How often a change of the same request by somebody else is followed. */
export const maxConflicts = 8

/** Others changed the request whenever this process tried to. */
export function contended(): AAuthError {
  return new AAuthError('server_error', { hint: 'the request was changed again and again', retryAfter: 1 })
}
