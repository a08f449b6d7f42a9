import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedKind, SharedStore } from './store-kind.ts'

/** What a record is about. Records of different kinds can have the same `id`. */
export type RecordKind = 'consent' | 'pending' | 'held' | 'claim'

/** What a record is found by. */
export interface RecordKey {
  readonly kind: RecordKind
  /** A SHA-256 digest in base64url, 43 characters. */
  readonly id: string
}

/** A record as it is created. */
export interface RecordEntry extends RecordKey {
  /** Sealed by the resource, so the store learns nothing of it. */
  readonly octets: Uint8Array
  /** Octets that later versions may need. They count from the beginning, so that `replace` finds its space. Default 0. */
  readonly reserved?: number | undefined
  /** Whether somebody waits for it, so that it counts among the open records of its owner and issuer. */
  readonly open: boolean
  /** Whose it is: a SHA-256 digest in base64url. */
  readonly owner: string
  /** `iss` of the token that it was made for, against whose share it counts. */
  readonly issuer: string
  /** Whether a list in `trust` contains the issuer. Affects shares only. */
  readonly listed: boolean
  /** SHA-256 digests in base64url of what ends the record. A record gets a dozen at most. */
  readonly tags: readonly string[]
  /** Seconds, by the clock of the store, at which the record is gone. Fractions count. */
  readonly expires: number
}

/** A record as it is found. */
export interface StoredRecord {
  readonly octets: Uint8Array
  readonly open: boolean
  /** Changes with each change of the record. A store never gives out a version twice. */
  readonly version: string
  readonly expires: number
  /** Why the record was ended, by `end`. Absent if it was not. */
  readonly ended?: string | undefined
}

/** The next version of a record. */
export interface RecordChange extends RecordKey {
  /** The version that is replaced. */
  readonly version: string
  readonly octets: Uint8Array
  /** As in a {@link RecordEntry}; what was reserved before does not count any more. */
  readonly reserved?: number | undefined
  /** Ignored for a record that was ended, which is never open. */
  readonly open: boolean
  readonly expires: number
  /** Further tags. A record keeps those that it has, except for `removesTags`. */
  readonly tags?: readonly string[] | undefined
  /** Tags that the record loses. None of them is in `tags`. */
  readonly removesTags?: readonly string[] | undefined
  /** A record that is created in the same transaction. If it cannot be created, nothing is changed. */
  readonly creates?: RecordEntry | undefined
}

/** The result of creating a record. `'full'` means that its owner, its issuer or all unlisted issuers used up their share. */
export type CreateVerdict = 'created' | 'exists' | 'full'

/**
 * The result of replacing a record. `'conflict'` means that the record has another version, `'missing'` that there is none,
 * and `'exists'` that the record in `creates` exists. In these cases, and with `'full'`, nothing was changed.
 */
export type ReplaceVerdict = 'replaced' | 'conflict' | 'missing' | 'exists' | 'full'

/** What ends records. */
export interface RecordEnd {
  readonly tag: string
  /** 1 to 64 printable ASCII characters. */
  readonly reason: string
}

/** What is listed. */
export interface RecordList {
  readonly tag: string
  /** The last key of the page before. Absent for the first page. */
  readonly after?: RecordKey | undefined
  /** Maximum number of keys: 1 to 100. */
  readonly limit: number
}

/** Octets that count for each record in addition to its own, so that the number of records is bounded as well. */
export const recordOverhead = 512

/** How many records a store keeps. */
export interface RecordBounds {
  /** Open records of one listed issuer, and of all unlisted issuers together. */
  readonly max: number
  /**
   * Octets of one listed issuer, and of all unlisted issuers together, whether their records are open or not. One owner has
   * at most a tenth, and so has an unlisted issuer.
   */
  readonly maxOctets: number
  /** Open records of one unlisted issuer. */
  readonly maxPerIssuer: number
  /** Open records of one owner. */
  readonly maxPerOwner: number
}

/**
 * Stores the state of resource-managed access: what waits for a person, what was agreed, and what was run. If a store
 * throws, rejects, returns an invalid value or takes longer than 500 ms, the request is refused with 503.
 *
 * Contract, tested by `recordStoreChecks` of `@aauth-guard/testing`:
 * - Of any number of concurrent calls of `create` with one key exactly one returns `'created'`, and of any number of calls
 *   of `replace` with one version exactly one returns `'replaced'`, in every process that shares the store. A version is
 *   never given out twice, not even for another record that later has the same key.
 * - `replace` with `creates` does both or nothing.
 * - Once `end` has resolved, no process finds a record with the tag that was not ended, and every `replace` of an earlier
 *   version returns `'conflict'`. An ended record stays until it expires, is not open, and keeps its first reason. It can
 *   be replaced by its new version, and stays ended.
 * - `list` returns the keys of records that have the tag, whether they are open or ended, in an order that does not change.
 *   With `after` it begins behind that key, whether or not there still is a record with it. It returns fewer keys than
 *   `limit` only if there are no more. A refused `replace` changes no tags.
 * - A record that has not expired is never removed. It is gone from `expires` on, by the clock of the store. `replace` can
 *   change `expires`, also to a time that has passed, which removes the record.
 * - `'full'` is returned when the owner, the issuer or all unlisted issuers together have used up their share of open
 *   records or of octets. A record counts as its octets or those reserved, whichever is more, and 512. `replace` returns
 *   `'full'` only if the record needs more octets than it counted as before, is opened again, or creates another. The share
 *   of a listed issuer does not depend on other issuers.
 */
export interface RecordStore extends SharedStore {
  /** Whether a change that was acknowledged survives a crash of the server and a failover. */
  readonly durable: boolean
  /** Creates a record, unless there is one with its key. */
  create(entry: RecordEntry): MayWait<CreateVerdict>
  find(key: RecordKey): MayWait<StoredRecord | undefined>
  /** Replaces one version of a record, atomically. */
  replace(change: RecordChange): MayWait<ReplaceVerdict>
  /** Ends all records that have a tag, whether they are open or not. Returns how many had not been ended before. */
  end(end: RecordEnd): MayWait<number>
  /** The keys of records that have a tag, one page at a time. */
  list(list: RecordList): MayWait<readonly RecordKey[]>
}

const option = '"stores.records"'
const created: readonly unknown[] = ['created', 'exists', 'full']
const replaced: readonly unknown[] = ['replaced', 'conflict', 'missing', 'exists', 'full']

/** Creates a record. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function createRecord(
  store: RecordStore,
  entry: RecordEntry,
  budget?: WaitBudget,
): MayWait<CreateVerdict> {
  return answered<CreateVerdict>(
    store,
    option,
    () => store.create(entry),
    (verdict) => created.includes(verdict),
    budget,
  )
}

/** The record of a key, if any. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findRecord(
  store: RecordStore,
  { kind, id }: RecordKey,
  budget?: WaitBudget,
): MayWait<StoredRecord | undefined> {
  return answered<StoredRecord | undefined>(
    store,
    option,
    () => store.find({ kind, id }),
    (found) => found === undefined || isStoredRecord(found),
    budget,
  )
}

/** Replaces a record. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function replaceRecord(
  store: RecordStore,
  change: RecordChange,
  budget?: WaitBudget,
): MayWait<ReplaceVerdict> {
  return answered<ReplaceVerdict>(
    store,
    option,
    () => store.replace(change),
    (verdict) => replaced.includes(verdict),
    budget,
  )
}

/** Ends records. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function endRecords(store: RecordStore, end: RecordEnd): MayWait<number> {
  return answered<number>(
    store,
    option,
    () => store.end(end),
    (count) => Number.isInteger(count) && count >= 0,
  )
}

/** A page of keys. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function listRecords(store: RecordStore, list: RecordList): MayWait<readonly RecordKey[]> {
  return answered<readonly RecordKey[]>(
    store,
    option,
    () => store.list(list),
    (keys) => Array.isArray(keys) && keys.length <= list.limit && keys.every(isRecordKey),
  )
}

function isRecordKey(key: RecordKey): boolean {
  return typeof key === 'object' && typeof key?.kind === 'string' && typeof key.id === 'string'
}

function isStoredRecord(found: StoredRecord): boolean {
  return (
    typeof found === 'object' &&
    found?.octets instanceof Uint8Array &&
    typeof found.open === 'boolean' &&
    typeof found.version === 'string' &&
    found.version !== '' &&
    Number.isFinite(found.expires) &&
    (found.ended === undefined || typeof found.ended === 'string')
  )
}

/** State of resource-managed access. Its memory is made by `managedAccess`, so that others do not load it. */
export const recordKind: SharedKind<'records', RecordStore> = {
  name: 'records',
  methods: ['create', 'find', 'replace', 'end', 'list'],
}
