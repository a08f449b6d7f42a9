import { FairCache } from './fair-cache.ts'
import type { IssuerRecord } from './issuer-record.ts'
import { parentDomain } from './parent-domain.ts'

/** Seconds after which an issuer that is still used counts as established. */
const apprenticeship = 300
/** Seconds between two attempts to become established while the cache is full. */
const retry = 60
/** Seconds without use after which an established issuer can be replaced. */
const idle = 3600

/**
 * Records of issuers that `trust` does not list and that have published keys. Half of the records are for established
 * issuers, half for issuers on probation. The owner of a wildcard domain can publish keys under any number of names,
 * so every issuer starts on probation, and new issuers do not evict those that have been in use for some time.
 */
export class UnlistedRecords {
  readonly #established: FairCache<IssuerRecord>
  readonly #probation: FairCache<IssuerRecord>
  readonly #onEstablished: (record: IssuerRecord) => void

  /** @param max the number of records in both halves; each half holds at least one */
  constructor(max: number, onEstablished: (record: IssuerRecord) => void) {
    this.#established = new FairCache(Math.max(1, Math.floor(max / 2)))
    this.#probation = new FairCache(Math.ceil(max / 2))
    this.#onEstablished = onEstablished
  }

  /** Finds a record and notes that it was used. */
  use(name: string, now: number): IssuerRecord | undefined {
    const established = this.#established.get(name)
    const record = established ?? this.#probation.get(name)
    if (record === undefined) return undefined
    record.usedAt = now
    if (established === undefined && now >= record.promotableAt) this.#promote(name, record, now)
    return record
  }

  /** Adds an issuer whose keys have just been fetched, unless it is already present. */
  add(name: string, record: IssuerRecord, now: number): void {
    if (this.#established.has(name)) return
    record.usedAt = now
    if (this.#probation.has(name)) return
    record.promotableAt = now + apprenticeship
    this.#probation.set(name, parentDomain(record.source.iss), record)
  }

  delete(name: string): void {
    this.#established.delete(name)
    this.#probation.delete(name)
  }

  *entries(): IterableIterator<[string, IssuerRecord]> {
    yield* this.#established.entries()
    yield* this.#probation.entries()
  }

  #promote(name: string, record: IssuerRecord, now: number): void {
    const domain = parentDomain(record.source.iss)
    if (!this.#makeRoomFor(domain, now)) {
      record.promotableAt = now + retry
      return
    }
    this.#probation.delete(name)
    const evicted = this.#established.set(name, domain, record)
    if (evicted) this.#demote(evicted.name, evicted.value, now)
    this.#onEstablished(record)
  }

  /** An established issuer is replaced when it is idle, or by an issuer whose domain has fewer entries. */
  #makeRoomFor(domain: string, now: number): boolean {
    const oldest = this.#established.oldest()
    if (oldest === undefined || !this.#established.isFull) return true
    const { usedAt } = oldest.value
    if (now - usedAt >= idle || usedAt > now) {
      this.#established.delete(oldest.name)
      this.#demote(oldest.name, oldest.value, now)
      return true
    }
    return this.#established.mostHeld() > this.#established.held(domain) + 1
  }

  #demote(name: string, record: IssuerRecord, now: number): void {
    record.promotableAt = now + apprenticeship
    this.#probation.set(name, parentDomain(record.source.iss), record)
  }
}
