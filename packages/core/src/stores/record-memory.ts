import { nothing, RecordShares, type RecordUse, useOf } from './record-shares.ts'
import type {
  CreateVerdict,
  RecordBounds,
  RecordChange,
  RecordEnd,
  RecordEntry,
  RecordKey,
  RecordList,
  RecordStore,
  ReplaceVerdict,
  StoredRecord,
} from './record-store.ts'

/** The bounds of stores that are not told others. */
export const defaultRecordBounds: RecordBounds = {
  max: 1000,
  maxOctets: 64 * 1024 * 1024,
  maxPerIssuer: 100,
  maxPerOwner: 10,
}

interface Kept extends Pick<RecordEntry, 'kind' | 'id' | 'owner' | 'issuer' | 'listed'> {
  readonly key: string
  readonly tags: Set<string>
  octets: Uint8Array
  open: boolean
  version: string
  expires: number
  ended: string | undefined
  /** What it counts as. */
  use: RecordUse
  /** The second whose records it is removed with. */
  second: number
}

/** Maximum number of seconds, and of expired records, that one call goes through. */
const maxSteps = 1000

/**
 * Records in the memory of this process. An expired record is not found any more at once. It is removed later, by the
 * second in which it expired, so that no call has to look for it.
 */
export class RecordMemory implements RecordStore {
  readonly durable = false
  readonly #now: () => number
  readonly #shares: RecordShares
  readonly #records = new Map<string, Kept>()
  readonly #byTag = new Map<string, Set<Kept>>()
  readonly #bySecond = new Map<number, Set<Kept>>()
  /** All records of earlier seconds are removed. */
  #second: number | undefined
  #versions = 0

  /** @param now the clock, in seconds */
  constructor(now: () => number, bounds: RecordBounds = defaultRecordBounds) {
    this.#now = now
    this.#shares = new RecordShares(bounds)
  }

  create(entry: RecordEntry): CreateVerdict {
    const now = this.#begin()
    if (this.#find(entry, now) !== undefined) return 'exists'
    if (!this.#hasSpace(entry, nothing, useOf(entry, entry.open), now)) return 'full'
    this.#add(entry, now)
    return 'created'
  }

  find(key: RecordKey): StoredRecord | undefined {
    const found = this.#find(key, this.#begin())
    if (found === undefined) return undefined
    const { octets, open, version, expires, ended } = found
    return { octets: octets.slice(), open, version, expires, ended }
  }

  replace(change: RecordChange): ReplaceVerdict {
    const { creates } = change
    const now = this.#begin()
    const record = this.#find(change, now)
    if (record === undefined) return 'missing'
    if (record.version !== change.version) return 'conflict'
    if (creates !== undefined && this.#find(creates, now) !== undefined) return 'exists'
    const open = change.open && record.ended === undefined
    const [before, after] = [record.use, change.expires > now ? useOf(change, open) : nothing]
    if (!this.#hasSpace(record, before, after, now)) return 'full'
    this.#count(record, after)
    if (creates !== undefined && !this.#hasSpace(creates, nothing, useOf(creates, creates.open), now)) {
      this.#count(record, before)
      return 'full'
    }
    record.octets = change.octets.slice()
    record.open = open
    record.expires = change.expires
    record.version = this.#nextVersion()
    this.#tag(record, change.tags ?? [])
    this.#untag(record, change.removesTags ?? [])
    if (change.expires > now) this.#moveToSecond(record, now)
    else this.#remove(record)
    if (creates !== undefined) this.#add(creates, now)
    return 'replaced'
  }

  end({ tag, reason }: RecordEnd): number {
    const now = this.#begin()
    let ended = 0
    for (const record of this.#byTag.get(tag) ?? []) {
      if (record.ended !== undefined || isGone(record, now)) continue
      record.ended = reason
      record.open = false
      record.version = this.#nextVersion()
      this.#count(record, { ...record.use, open: 0 })
      ended += 1
    }
    return ended
  }

  /** Sorts all records of the tag for each page, so it is meant for tags that few records have. */
  list({ tag, after, limit }: RecordList): RecordKey[] {
    const now = this.#begin()
    const first = after === undefined ? '' : nameOf(after)
    return [...(this.#byTag.get(tag) ?? [])]
      .filter((record) => !isGone(record, now) && record.key > first)
      .sort((one, other) => (one.key < other.key ? -1 : 1))
      .slice(0, limit)
      .map(({ kind, id }) => ({ kind, id }))
  }

  #nextVersion(): string {
    this.#versions += 1
    return `${this.#versions}`
  }

  #find(key: RecordKey, now: number): Kept | undefined {
    const found = this.#records.get(nameOf(key))
    return found !== undefined && !isGone(found, now) ? found : undefined
  }

  #add(entry: RecordEntry, now: number): void {
    const key = nameOf(entry)
    const expired = this.#records.get(key)
    if (expired !== undefined) this.#remove(expired)
    if (entry.expires <= now) return
    const { kind, id, owner, issuer, listed, open, expires } = entry
    const record: Kept = {
      key,
      kind,
      id,
      owner,
      issuer,
      listed,
      tags: new Set(),
      octets: entry.octets.slice(),
      open,
      version: this.#nextVersion(),
      expires,
      ended: undefined,
      use: nothing,
      second: Number.NaN,
    }
    this.#records.set(key, record)
    this.#count(record, useOf(entry, open))
    this.#tag(record, entry.tags)
    this.#moveToSecond(record, now)
  }

  #remove(record: Kept): void {
    this.#records.delete(record.key)
    this.#count(record, nothing)
    this.#untag(record, record.tags)
    dropFrom(this.#bySecond, record.second, record)
  }

  #count(record: Kept, use: RecordUse): void {
    this.#shares.count(record, record.use, use)
    record.use = use
  }

  #tag(record: Kept, tags: readonly string[]): void {
    for (const tag of tags) {
      record.tags.add(tag)
      addTo(this.#byTag, tag, record)
    }
  }

  #untag(record: Kept, tags: Iterable<string>): void {
    for (const tag of tags) {
      record.tags.delete(tag)
      dropFrom(this.#byTag, tag, record)
    }
  }

  /** A record of a second that was gone through already is removed with the next one. */
  #moveToSecond(record: Kept, now: number): void {
    const second = Math.max(Math.ceil(record.expires), (this.#second ?? now) + 1)
    if (second === record.second) return
    dropFrom(this.#bySecond, record.second, record)
    record.second = second
    addTo(this.#bySecond, second, record)
  }

  #hasSpace(
    record: Parameters<RecordShares['hasSpace']>[0],
    before: RecordUse,
    after: RecordUse,
    now: number,
  ): boolean {
    if (this.#shares.hasSpace(record, before, after)) return true
    // Only after the clock went on by more seconds, or more records expired, than the calls went through.
    if (!this.#removeAllExpired(now)) return false
    return this.#shares.hasSpace(record, before, after)
  }

  /** Goes through the seconds that have passed, so that each call does a bounded part of it. */
  #begin(): number {
    const now = this.#now()
    this.#second ??= Math.floor(now)
    for (let steps = 0; steps < maxSteps && this.#second <= now; steps += 1) {
      const [expired] = this.#bySecond.get(this.#second) ?? []
      if (expired !== undefined) this.#remove(expired)
      else this.#second += 1
    }
    return now
  }

  /** @returns whether any was left */
  #removeAllExpired(now: number): boolean {
    if ((this.#second as number) > now) return false
    for (const [second, records] of this.#bySecond) {
      if (second > now) continue
      for (const record of records) this.#remove(record)
    }
    this.#second = Math.floor(now) + 1
    return true
  }
}

function isGone({ expires }: Pick<Kept, 'expires'>, now: number): boolean {
  return now >= expires
}

function nameOf({ kind, id }: RecordKey): string {
  return `${kind} ${id}`
}

function addTo<Key>(sets: Map<Key, Set<Kept>>, key: Key, record: Kept): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([record]))
  else set.add(record)
}

function dropFrom<Key>(sets: Map<Key, Set<Kept>>, key: Key, record: Kept): void {
  const set = sets.get(key)
  if (set?.delete(record) && set.size === 0) sets.delete(key)
}
