import { GrowingCache } from '../limits/growing-cache.ts'
import { FairCache } from './fair-cache.ts'
import type { IssuerRecord, KeySource } from './issuer-record.ts'
import { parentDomain } from './parent-domain.ts'
import { UnlistedRecords } from './unlisted-records.ts'

/** More issuers than the discovery budgets allow within the minimum interval between requests. */
const maxAsked = 2200
const never = Number.NEGATIVE_INFINITY

/**
 * The records of issuers, in segments: issuers that `trust` lists, others that have published keys
 * ({@link UnlistedRecords}), and those that have not. An issuer cannot evict one in an earlier segment.
 */
export class IssuerRecords {
  readonly #named: GrowingCache<IssuerRecord>
  readonly #unlisted: UnlistedRecords
  readonly #unproven: GrowingCache<IssuerRecord>
  /** Issuers that are being fetched: if one were evicted in the meantime, it would be fetched twice. */
  readonly #underWay = new Map<string, IssuerRecord>()
  /** Kept apart from the records: otherwise evicting a record would reset the minimum interval. */
  readonly #asked: GrowingCache<number>
  readonly #wereEstablished: FairCache<true>

  constructor(maxNamed: number, maxUnlisted: number) {
    this.#named = new GrowingCache({ max: maxNamed })
    this.#unproven = new GrowingCache({ max: maxUnlisted })
    this.#asked = new GrowingCache({ max: maxAsked + maxNamed + maxUnlisted })
    this.#wereEstablished = new FairCache(4 * maxUnlisted)
    this.#unlisted = new UnlistedRecords(maxUnlisted, ({ source }) =>
      this.#wereEstablished.set(nameOf(source), parentDomain(source.iss), true),
    )
  }

  /** Finds a record and marks it as used. */
  find(source: KeySource, now: number): IssuerRecord | undefined {
    const name = nameOf(source)
    if (source.named) return this.#named.get(name)
    return this.#unlisted.use(name, now) ?? this.#unproven.get(name) ?? this.#underWay.get(name)
  }

  findOrMake(source: KeySource, now: number): IssuerRecord {
    const found = this.find(source, now)
    if (found) return found
    const record: IssuerRecord = {
      source,
      published: undefined,
      fetchedAt: never,
      renewAt: never,
      freshUntil: never,
      failure: undefined,
      pending: undefined,
      purged: false,
      usedAt: never,
      promotableAt: never,
    }
    const segment = source.named ? this.#named : this.#unproven
    segment.set(nameOf(source), record)
    return record
  }

  /** All records, each once. */
  all(): readonly IssuerRecord[] {
    const segments = [this.#named, this.#unlisted, this.#unproven, this.#underWay]
    return [...new Set(segments.flatMap((segment) => [...segment.entries()].map(([, record]) => record)))]
  }

  /** Keeps a record while its issuer is being fetched. */
  async hold(record: IssuerRecord, flight: Promise<void>): Promise<void> {
    this.#underWay.set(nameOf(record.source), record)
    try {
      await flight
    } finally {
      this.letGo(record)
    }
  }

  letGo(record: IssuerRecord): void {
    const name = nameOf(record.source)
    if (this.#underWay.get(name) === record) this.#underWay.delete(name)
  }

  /** Moves an unlisted issuer to those that have published keys. */
  prove(record: IssuerRecord, now: number): void {
    if (record.source.named || record.purged) return
    const name = nameOf(record.source)
    this.#unproven.delete(name)
    this.#unlisted.add(name, record, now)
  }

  /** Whether an unlisted issuer was in use for some time, even if its record has been evicted. */
  wasEstablished(source: KeySource): boolean {
    return this.#wereEstablished.has(nameOf(source))
  }

  /** When the JWKS was last requested; minus infinity if never, or if the clock was ahead at that time. */
  askedAt(source: KeySource, now: number): number {
    const at = this.#asked.get(nameOf(source)) ?? never
    return at > now ? never : at
  }

  noteAsked(source: KeySource, now: number): void {
    this.#asked.set(nameOf(source), now)
  }

  /** Removes an issuer in every role, with the time of its last fetch. */
  purge(iss: string): void {
    for (const segment of [this.#named, this.#unlisted, this.#unproven, this.#underWay]) {
      for (const [name, record] of [...segment.entries()]) {
        if (record.source.iss !== iss) continue
        record.purged = true
        segment.delete(name)
        this.#asked.delete(name)
      }
    }
  }
}

/** Each role on one origin publishes its own keys (I27, I28). An issuer cannot contain a space. */
function nameOf(source: KeySource): string {
  source.name ??= `${source.dwk} ${source.iss}`
  return source.name
}
