import { AAuthError } from '../errors/aauth-error.ts'
import type { JsonObject } from '../token/json.ts'
import type { Asker } from './fetch-budgets.ts'
import { IssuerFetches, type IssuerFetchesOptions } from './issuer-fetches.ts'
import type { IssuerRecord, KeySource } from './issuer-record.ts'
import { IssuerRecords } from './issuer-records.ts'
import type { IssuerKey, KeySet } from './key-set.ts'

export interface IssuerKeysOptions extends IssuerFetchesOptions {
  readonly maxNamed: number
  readonly maxUnlisted: number
}

/** Seconds after which a copy is not used any more, even if the issuer cannot be reached (R11-123). */
const maxAge = 86_400

/**
 * The published keys of issuers: one fetch at a time for each issuer, a floor under requests, stale copies when an
 * issuer is down, and segments, so that nobody can evict the issuers an operator listed (JWKS-1 to JWKS-8).
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

  /** Whether this key is at hand, so that verifying a token with it costs no fetch. */
  has(source: KeySource, kid: string): boolean {
    const now = this.#now()
    const record = this.#records.find(source, now)
    return record?.published?.keys.has(kid) === true && !isTooOld(record, now)
  }

  /**
   * Whether `key` is still what the issuer publishes, without waiting for anything. `false` also when the copy
   * is due for renewal: then {@link key} tells.
   */
  isCurrent(source: KeySource, key: IssuerKey): boolean {
    const now = this.#now()
    const record = this.#records.find(source, now)
    return record?.published?.keys.get(key.kid) === key && now < record.renewAt && !isTooOld(record, now)
  }

  /**
   * The key that the issuer publishes under `kid`.
   * @throws {AAuthError} `unknown_key`, or what discovery came to
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
   * Asks once more after a signature failed under a known `kid`, since issuers do change keys without changing
   * names. `undefined` when there is nothing new (R11-125).
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
      throw new AAuthError('unknown_key', { hint: `${source.iss} withdrew key "${failed.kid}"` })
    return typeof key === 'object' && key !== failed ? key : undefined
  }

  /** The metadata document of an issuer. @throws {AAuthError} what discovery came to */
  async metadata(source: KeySource): Promise<JsonObject> {
    const record = this.#records.findOrMake(source, this.#now())
    await this.#bringUpToDate(record, 'agent')
    return copyOf(record).metadata
  }

  /** Forgets everything of an issuer, in every role. */
  purge(iss: string): void {
    this.#records.purge(iss)
  }

  /** Aborts when {@link close} is called. */
  get closing(): AbortSignal {
    return this.#fetches.closing
  }

  /** Ends all fetches; nothing is fetched any more. */
  close(): void {
    this.#fetches.close()
  }

  /** Leaves `record` with a usable copy, or throws. Returns whether there was one before. */
  async #bringUpToDate(record: IssuerRecord, asker: Asker): Promise<boolean> {
    const now = this.#now()
    if (isTooOld(record, now)) forgetCopy(record)
    const hadCopy = record.published !== undefined
    if (now >= record.renewAt && this.#fetches.mayRefresh(record)) {
      const refreshed = this.#fetches.refresh(record, asker)
      // Wait only where the copy may not be used, or is used up and the issuer is not known to be down.
      if (!hadCopy || (now >= record.freshUntil && record.failure === undefined)) await refreshed
      else refreshed.catch(() => undefined)
    }
    if (record.published === undefined) throw this.#fetches.refusal(record)
    return hadCopy
  }
}

/** Also where it was fetched in the future: the clock was ahead, and nobody knows how old the copy is. */
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
