import type { WaitBudget } from '../limits/wait-budget.ts'
import type { ResourceState } from '../resource/state.ts'
import {
  type CreateVerdict,
  createRecord,
  endRecords,
  findRecord,
  listRecords,
  type RecordChange,
  type RecordEntry,
  type RecordKey,
  type RecordStore,
  type ReplaceVerdict,
  replaceRecord,
  type StoredRecord,
} from '../stores/record-store.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { type Owner, ownerId, quotaId } from './owner.ts'
import { maxSealingOctets, type Sealer } from './sealing.ts'
import { type RecordTag, tagOf } from './tags.ts'

/** A record to create, in the clear. */
export interface NewRecord
  extends Pick<RecordEntry, 'kind' | 'id' | 'octets' | 'reserved' | 'open' | 'expires'> {
  readonly owner: Owner
  /** The token for which it is made. Its revocation, and a purge of its issuer, end the record. */
  readonly source: Pick<VerifiedClaims, 'iss' | 'jti'>
  /** What ends it beside its owner, its source and its mission. */
  readonly tags?: readonly RecordTag[] | undefined
  /**
   * Nothing ends it before it expires. An agent can have thousands of such records, and `end` does not go through them.
   * Default `true` for claims, which only lead to other records.
   */
  readonly isEndless?: boolean
}

/** A change of a record, in the clear. */
export interface NewVersion extends Omit<RecordChange, 'tags' | 'removesTags' | 'creates'> {
  /** Further tags. */
  readonly tags?: readonly RecordTag[] | undefined
  /** Tags that the record loses. */
  readonly removesTags?: readonly RecordTag[] | undefined
  /** Created in the same transaction, or nothing is changed. */
  readonly creates?: NewRecord | undefined
}

/** A record as it is found, whether or not a key opens it. */
export type MaybeOpened = Omit<StoredRecord, 'octets'> & { readonly octets: Uint8Array | undefined }

/** Why records end. Pending requests and sessions tell it to their owners. */
export type EndReason = 'revoked' | 'mission_terminated'

/**
 * The records of one resource, sealed on their way to the store. Each opens only under its own key: a store cannot exchange
 * one for another.
 */
export class ManagedRecords {
  /** Whether a change that was acknowledged is never lost. */
  readonly durable: boolean
  readonly #state: ResourceState
  readonly #store: RecordStore
  readonly #sealer: Sealer

  constructor(state: ResourceState, store: RecordStore, sealer: Sealer) {
    this.durable = store.durable
    this.#state = state
    this.#store = store
    this.#sealer = sealer
  }

  /** @throws {AAuthError} `server_error` (the promise rejects) when the store fails */
  async create(record: NewRecord, budget?: WaitBudget): Promise<CreateVerdict> {
    return createRecord(this.#store, await this.#entryOf(record), budget)
  }

  /**
   * A record in the clear. One that no key opens is gone: a key that was taken out ends what it sealed.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async find(key: RecordKey, budget?: WaitBudget): Promise<StoredRecord | undefined> {
    const found = await this.findSealed(key, budget)
    return found?.octets && { ...found, octets: found.octets }
  }

  /**
   * A record whose octets are `undefined` if no key opens it, for those who would put another in its place.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async findSealed(key: RecordKey, budget?: WaitBudget): Promise<MaybeOpened | undefined> {
    const found = await findRecord(this.#store, key, budget)
    return found && { ...found, octets: await this.#sealer.open(sealedAs(key), found.octets) }
  }

  /** @throws {AAuthError} `server_error` (the promise rejects) when the store fails */
  async replace(
    { tags, removesTags, creates, ...change }: NewVersion,
    budget?: WaitBudget,
  ): Promise<ReplaceVerdict> {
    const sealed: RecordChange = {
      ...change,
      octets: await this.#sealer.seal(sealedAs(change), change.octets),
      reserved: reservedFor(change.reserved),
      tags: await this.#tagsOf(tags ?? []),
      removesTags: await this.#tagsOf(removesTags ?? []),
      ...(creates && { creates: await this.#entryOf(creates) }),
    }
    return replaceRecord(this.#store, sealed, budget)
  }

  /**
   * Ends all records with a tag, before it resolves.
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async end(tag: RecordTag, reason: EndReason): Promise<number> {
    return endRecords(this.#store, { tag: await this.#tagOf(tag), reason })
  }

  /**
   * The keys of the records with a tag, at most `limit` of them.
   * @param after the last key of the page before
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async list(tag: RecordTag, limit: number, after?: RecordKey): Promise<readonly RecordKey[]> {
    return listRecords(this.#store, { tag: await this.#tagOf(tag), limit, after })
  }

  async #entryOf({
    kind,
    id,
    octets,
    reserved,
    open,
    expires,
    owner,
    source,
    tags = [],
    isEndless = kind === 'claim',
  }: NewRecord): Promise<RecordEntry> {
    const { iss } = source
    const { mission } = owner
    const all: RecordTag[] = [{ owner: await ownerId(owner) }, { source }, { issuer: iss }, ...tags]
    if (mission !== null) all.push({ mission })
    return {
      kind,
      id,
      octets: await this.#sealer.seal(sealedAs({ kind, id }), octets),
      reserved: reservedFor(reserved),
      open,
      expires,
      owner: await quotaId(owner),
      issuer: iss,
      listed: this.#state.isListed(iss),
      tags: isEndless ? [] : await this.#tagsOf(all),
    }
  }

  #tagsOf(tags: readonly RecordTag[]): Promise<string[]> {
    return Promise.all(tags.map((tag) => this.#tagOf(tag)))
  }

  #tagOf(tag: RecordTag): Promise<string> {
    return tagOf(this.#state.settings.issuer, tag)
  }
}

function sealedAs({ kind, id }: RecordKey): string {
  return `record ${kind} ${id}`
}

/** What is reserved is meant for octets in the clear. */
function reservedFor(octets: number | undefined): number | undefined {
  return octets === undefined ? undefined : octets + maxSealingOctets
}
