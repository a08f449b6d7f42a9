import { LRUCache } from 'lru-cache'
import type { JsonObject } from '../token/json.ts'
import type { WellKnownDocument } from '../token/kinds.ts'
import type { DiscoveryFault } from './discover.ts'
import type { KeySet } from './key-set.ts'

/** Where keys come from: an issuer in one role, and whether the operator named it. */
export interface KeySource {
  readonly iss: string
  readonly dwk: WellKnownDocument
  readonly named: boolean
}

/** What is known of an issuer in one role. */
export interface IssuerRecord {
  readonly source: KeySource
  published: { readonly metadata: JsonObject; readonly keys: KeySet } | undefined
  fetchedAt: number
  /** From here on a copy is renewed in the background, so that nobody waits at {@link freshUntil}. */
  renewAt: number
  freshUntil: number
  failure: { readonly fault: DiscoveryFault; readonly retryAt: number; readonly count: number } | undefined
  pending: Promise<void> | undefined
  /** Set when the operator gave it up: what still arrives for it is not believed. */
  purged: boolean
}

/** More issuers than first contacts can reach within the floor under requests. */
const maxAsked = 1300

/**
 * The records of issuers, in segments: issuers that `trust` names, strangers that have published keys, and
 * strangers that have not. None of them can push out one of a segment before.
 */
export class IssuerRecords {
  readonly #named: LRUCache<string, IssuerRecord>
  readonly #strangers: LRUCache<string, IssuerRecord>
  readonly #unproven: LRUCache<string, IssuerRecord>
  /** Those that are being asked: pushed out in the meantime, one issuer would be asked twice. */
  readonly #underWay = new Map<string, IssuerRecord>()
  /** Outlives the records, which others can push out; else that would lift the floor. */
  readonly #asked: LRUCache<string, number>

  constructor(maxNamed: number, maxStrangers: number) {
    this.#named = new LRUCache({ max: maxNamed })
    this.#strangers = new LRUCache({ max: maxStrangers })
    this.#unproven = new LRUCache({ max: maxStrangers })
    this.#asked = new LRUCache({ max: maxAsked + maxNamed + maxStrangers })
  }

  find(source: KeySource): IssuerRecord | undefined {
    const name = nameOf(source)
    if (source.named) return this.#named.get(name)
    return this.#strangers.get(name) ?? this.#unproven.get(name) ?? this.#underWay.get(name)
  }

  findOrMake(source: KeySource): IssuerRecord {
    const found = this.find(source)
    if (found) return found
    const never = Number.NEGATIVE_INFINITY
    const record: IssuerRecord = {
      source,
      published: undefined,
      fetchedAt: never,
      renewAt: never,
      freshUntil: never,
      failure: undefined,
      pending: undefined,
      purged: false,
    }
    const segment = source.named ? this.#named : this.#unproven
    segment.set(nameOf(source), record)
    return record
  }

  /** Holds a record while its issuer is asked. */
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

  /** Keeps a stranger among those that have published keys. */
  prove(record: IssuerRecord): void {
    if (record.source.named || record.purged) return
    const name = nameOf(record.source)
    this.#unproven.delete(name)
    this.#strangers.set(name, record)
  }

  /** When its JWKS was last requested; minus infinity if never. */
  askedAt(source: KeySource): number {
    return this.#asked.get(nameOf(source)) ?? Number.NEGATIVE_INFINITY
  }

  noteAsked(source: KeySource, now: number): void {
    this.#asked.set(nameOf(source), now)
  }

  /** Forgets an issuer in every role, also when it was last asked. */
  purge(iss: string): void {
    for (const segment of [this.#named, this.#strangers, this.#unproven, this.#underWay]) {
      for (const [name, record] of [...segment.entries()]) {
        if (record.source.iss !== iss) continue
        record.purged = true
        segment.delete(name)
        this.#asked.delete(name)
      }
    }
  }
}

/** Roles on one origin publish their own keys (security I27, I28). An issuer holds no space. */
function nameOf({ iss, dwk }: KeySource): string {
  return `${dwk} ${iss}`
}
