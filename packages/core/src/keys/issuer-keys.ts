import { AAuthError } from '../errors/aauth-error.ts'
import type { JsonObject } from '../token/json.ts'
import type { Asker, BudgetUse } from './fetch-budgets.ts'
import { IssuerFetches, type IssuerFetchesOptions } from './issuer-fetches.ts'
import type { IssuerRecord, KeySource } from './issuer-record.ts'
import { IssuerRecords } from './issuer-records.ts'
import type { IssuerKey, KeySet } from './key-set.ts'

export interface IssuerKeysOptions extends IssuerFetchesOptions {
  readonly maxNamed: number
  readonly maxUnlisted: number
}

/** Seconds after which a copy is no longer used, even if the issuer cannot be reached (R11-123). */
const maxAge = 86_400

/**
 * The published keys of issuers. Each issuer has one fetch at a time and a minimum interval between requests. Stale
 * copies are used while an issuer is down, and unlisted issuers cannot evict listed ones (JWKS-1 to JWKS-8).
 */
export class IssuerKeys {
  readonly #records: IssuerRecords
  readonly #fetches: IssuerFetches
  readonly #now: () => number

  constructor(options: IssuerKeysOptions) {
    this.#now = options.now
    this.#records = new IssuerRecords(options.maxNamed, options.maxUnlisted)
    this.#fetches = new IssuerFetches(this.#records, options)
  }

  /** Whether this key is cached, so that verifying a token with it needs no fetch. */
  has(source: KeySource, kid: string): boolean {
    const now = this.#now()
    const record = this.#records.find(source, now)
    return record?.published?.keys.has(kid) === true && !isTooOld(record, now)
  }

  /**
   * Whether the issuer still publishes `key`, according to the cache. Also `false` when the copy is due for renewal;
   * {@link key} then renews it.
   */
  isCurrent(source: KeySource, key: IssuerKey): boolean {
    const now = this.#now()
    const record = this.#records.find(source, now)
    return record?.published?.keys.get(key.kid) === key && now < record.renewAt && !isTooOld(record, now)
  }

  /**
   * The key that the issuer publishes under `kid`.
   * @throws {AAuthError} `unknown_key`, or an error of discovery
   */
  async key(source: KeySource, kid: string, asker: Asker = 'agent'): Promise<IssuerKey> {
    const record = this.#records.findOrMake(source, this.#now())
    const hadCopy = await this.#bringUpToDate(record, asker)
    let key = copyOf(record).keys.get(kid)
    if (key === undefined && hadCopy && this.#fetches.mayRefresh(record)) {
      await this.#fetches.refresh(record, asker)
      key = copyOf(record).keys.get(kid)
    }
    if (typeof key === 'object') return key
    throw new AAuthError('unknown_key', { hint: `${source.iss} publishes ${key ?? 'no'} key "${kid}"` })
  }

  /**
   * Fetches once more after a signature failed under a known `kid`, since some issuers replace a key and keep its
   * `kid`. `undefined` when the key has not changed (R11-125).
   */
  async keyAfterFailure(
    source: KeySource,
    failed: IssuerKey,
    asker: Asker = 'agent',
  ): Promise<IssuerKey | undefined> {
    const record = this.#records.findOrMake(source, this.#now())
    const renewedBefore = record.published?.keys.get(failed.kid)
    if (typeof renewedBefore === 'object' && renewedBefore !== failed) return renewedBefore
    if (!this.#fetches.mayRefresh(record)) return undefined
    await this.#fetches.refresh(record, asker)
    const key = record.published?.keys.get(failed.kid)
    if (key === undefined)
      throw new AAuthError('unknown_key', { hint: `${source.iss} no longer publishes key "${failed.kid}"` })
    return typeof key === 'object' && key !== failed ? key : undefined
  }

  /** The metadata document of an issuer. @throws {AAuthError} an error of discovery */
  async metadata(source: KeySource): Promise<JsonObject> {
    const record = this.#records.findOrMake(source, this.#now())
    await this.#bringUpToDate(record, 'agent')
    return copyOf(record).metadata
  }

  /** The cached keys of an issuer, as they were read. */
  published(source: KeySource): readonly JsonObject[] {
    const keys = this.#records.find(source, this.#now())?.published?.keys ?? new Map<string, IssuerKey>()
    const usable = [...keys.values()].filter((key) => key !== 'ambiguous')
    return Object.freeze(usable.map(({ kid, published }) => Object.freeze({ kid, ...published })))
  }

  /** The issuers that are known, in every role. */
  records(): readonly IssuerRecord[] {
    return this.#records.all()
  }

  /** Use of the budgets for issuers that are not listed. */
  budgets(): readonly BudgetUse[] {
    return this.#fetches.budgets()
  }

  /** Removes everything cached for an issuer, in every role. */
  purge(iss: string): void {
    this.#records.purge(iss)
  }

  /** Aborts when {@link close} is called. */
  get closing(): AbortSignal {
    return this.#fetches.closing
  }

  /** Aborts all fetches and prevents further ones. */
  close(): void {
    this.#fetches.close()
  }

  /** Ensures that `record` has a usable copy, or throws. Returns whether it had one before. */
  async #bringUpToDate(record: IssuerRecord, asker: Asker): Promise<boolean> {
    const now = this.#now()
    if (isTooOld(record, now)) forgetCopy(record)
    const hadCopy = record.published !== undefined
    if (now >= record.renewAt && this.#fetches.mayRefresh(record)) {
      const refreshed = this.#fetches.refresh(record, asker)
      // Wait only when there is no copy, or when the copy is stale and the last fetch did not fail.
      if (!hadCopy || (now >= record.freshUntil && record.failure === undefined)) await refreshed
      else refreshed.catch(() => undefined)
    }
    if (record.published === undefined) throw this.#fetches.refusal(record)
    return hadCopy
  }
}

/** A copy fetched "in the future" is too old as well: the clock was ahead, so the age of the copy is unknown. */
function isTooOld({ fetchedAt }: IssuerRecord, now: number): boolean {
  return now >= fetchedAt + maxAge || fetchedAt > now
}

function forgetCopy(record: IssuerRecord): void {
  const never = Number.NEGATIVE_INFINITY
  Object.assign(record, { published: undefined, fetchedAt: never, renewAt: never, freshUntil: never })
}

function copyOf(record: IssuerRecord): { readonly metadata: JsonObject; readonly keys: KeySet } {
  if (record.published === undefined)
    throw new AAuthError('server_error', { hint: 'keys were purged', retryAfter: 1 })
  return record.published
}
