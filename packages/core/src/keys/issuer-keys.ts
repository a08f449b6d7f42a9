import { AAuthError } from '../errors.ts'
import type { JsonObject } from '../token/json.ts'
import { type DiscoveryFault, discover, type Published } from './discover.ts'
import { FirstContactBudget } from './first-contact.ts'
import { type IssuerRecord, IssuerRecords, type KeySource } from './issuer-records.ts'
import type { IssuerKey, KeySet } from './key-set.ts'

export interface IssuerKeysOptions {
  /** `undefined`: this issuer's keys may not be fetched here. */
  readonly fetcherFor: (source: KeySource) => typeof fetch | undefined
  /** Integer seconds. */
  readonly now: () => number
  /** Milliseconds for metadata and JWKS together. */
  readonly deadline: number
  readonly maxNamed: number
  readonly maxStrangers: number
}

/** Seconds between two JWKS requests to one issuer, whatever came of the first (R11-124). */
const floor = 60
/** Seconds after which a copy is not used any more, even if the issuer cannot be reached (R11-123). */
const maxAge = 86_400

/**
 * The published keys of issuers: one flight per issuer, a floor under requests, stale copies when an issuer is
 * down, and segments, so that strangers cannot evict the issuers an operator named (JWKS-1 to JWKS-8).
 */
export class IssuerKeys {
  readonly #records: IssuerRecords
  readonly #firstContacts = new FirstContactBudget(20, 40, 16)
  readonly #closing = new AbortController()
  readonly #options: IssuerKeysOptions

  constructor(options: IssuerKeysOptions) {
    this.#options = options
    this.#records = new IssuerRecords(options.maxNamed, options.maxStrangers)
  }

  /** Whether this key is at hand, so that verifying a token with it costs no fetch. */
  has(source: KeySource, kid: string): boolean {
    const record = this.#records.find(source)
    return record?.published?.keys.has(kid) === true && !this.#isTooOld(record)
  }

  /**
   * Whether `key` is still what the issuer publishes, without waiting for anything. `false` also when the copy
   * is due for renewal: then {@link key} tells.
   */
  isCurrent(source: KeySource, key: IssuerKey): boolean {
    const record = this.#records.find(source)
    return record?.published?.keys.get(key.kid) === key && this.#options.now() < record.renewAt
  }

  /**
   * The key that the issuer publishes under `kid`.
   * @throws {AAuthError} `unknown_key`, or what discovery came to
   */
  async key(source: KeySource, kid: string): Promise<IssuerKey> {
    const record = this.#records.findOrMake(source)
    const hadCopy = await this.#bringUpToDate(record)
    let key = copyOf(record).keys.get(kid)
    if (key === undefined && hadCopy && this.#mayRefresh(record)) {
      await this.#refresh(record)
      key = copyOf(record).keys.get(kid)
    }
    if (typeof key === 'object') return key
    throw new AAuthError('unknown_key', { hint: `${source.iss} publishes ${key ?? 'no'} key "${kid}"` })
  }

  /**
   * Asks once more after a signature failed under a known `kid`, since issuers do change keys without changing
   * names. `undefined` when there is nothing new (R11-125).
   */
  async keyAfterFailure(source: KeySource, failed: IssuerKey): Promise<IssuerKey | undefined> {
    const record = this.#records.findOrMake(source)
    const renewedBefore = record.published?.keys.get(failed.kid)
    if (typeof renewedBefore === 'object' && renewedBefore !== failed) return renewedBefore
    if (!this.#mayRefresh(record)) return undefined
    await this.#refresh(record)
    const key = record.published?.keys.get(failed.kid)
    if (key === undefined)
      throw new AAuthError('unknown_key', { hint: `${source.iss} withdrew key "${failed.kid}"` })
    return typeof key === 'object' && key !== failed ? key : undefined
  }

  /** The metadata document of an issuer. @throws {AAuthError} what discovery came to */
  async metadata(source: KeySource): Promise<JsonObject> {
    const record = this.#records.findOrMake(source)
    await this.#bringUpToDate(record)
    return copyOf(record).metadata
  }

  /** Forgets everything of an issuer, in every role. */
  purge(iss: string): void {
    this.#records.purge(iss)
  }

  /** Aborts when {@link close} is called. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** Ends all fetches; nothing is fetched any more. */
  close(): void {
    this.#closing.abort()
  }

  /** Leaves `record` with a usable copy, or throws. Returns whether there was one before. */
  async #bringUpToDate(record: IssuerRecord): Promise<boolean> {
    const now = this.#options.now()
    if (this.#isTooOld(record)) record.published = undefined
    const hadCopy = record.published !== undefined
    if (now >= record.renewAt && this.#mayRefresh(record)) {
      const refreshed = this.#refresh(record)
      // Wait only where the copy may not be used, or is used up and the issuer is not known to be down.
      if (!hadCopy || (now >= record.freshUntil && record.failure === undefined)) await refreshed
      else refreshed.catch(() => undefined)
    }
    if (record.published === undefined) throw this.#refusal(record)
    return hadCopy
  }

  #isTooOld({ fetchedAt }: IssuerRecord): boolean {
    return this.#options.now() >= fetchedAt + maxAge
  }

  /** A request that is under way may be joined at any time. */
  #mayRefresh(record: IssuerRecord): boolean {
    return record.pending !== undefined || this.#mayAsk(record)
  }

  #mayAsk(record: IssuerRecord): boolean {
    const now = this.#options.now()
    return now >= this.#askableAt(record) && now >= (record.failure?.retryAt ?? now)
  }

  #askableAt({ source }: IssuerRecord): number {
    return this.#records.askedAt(source) + floor
  }

  /** Asks the issuer, or waits for what another request asked it. Rejects only with a clock that fails. */
  async #refresh(record: IssuerRecord): Promise<void> {
    const { pending } = record
    if (pending === undefined) return this.#start(record)
    if (await this.#lands(pending)) return
    if (record.pending === pending) {
      record.pending = undefined
      this.#records.letGo(record)
    }
    if (this.#mayRefresh(record)) await this.#refresh(record)
  }

  /** Workers drop what a request has begun when that request ends: then nothing ever comes of it. */
  #lands(flight: Promise<void>): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => {
      const timeout = AbortSignal.timeout(this.#options.deadline)
      timeout.addEventListener('abort', () => resolve(false), { once: true })
    })
    const landed = flight.then(
      () => true,
      // Some of them say so by rejecting.
      () => false,
    )
    return Promise.race([landed, late])
  }

  #start(record: IssuerRecord): Promise<void> {
    const flight = this.#records
      .hold(record, this.#fetchInto(record))
      .catch((error: unknown) => {
        // Without a clock there is nothing to write down; the next request meets the same fault and says so.
        record.failure ??= { fault: { passing: true, reason: String(error) }, retryAt: 0, count: 0 }
      })
      .finally(() => {
        if (record.pending === flight) record.pending = undefined
      })
    record.pending = flight
    return flight
  }

  /** Never rejects: what went wrong stays in the record. */
  async #fetchInto(record: IssuerRecord): Promise<void> {
    const { source } = record
    if (this.#closing.signal.aborted)
      return this.#fail(record, { passing: true, reason: 'the resource is closed' })
    const fetcher = this.#options.fetcherFor(source)
    if (fetcher === undefined) {
      return this.#fail(record, {
        passing: false,
        reason: `this runtime cannot check addresses; name ${source.iss} in trust`,
      })
    }
    const stranger = !source.named && record.published === undefined
    if (stranger && !this.#firstContacts.take(this.#options.now())) {
      // Says nothing of the issuer, so nothing is remembered but the wait.
      record.failure = {
        fault: { passing: true, reason: 'too many unknown issuers' },
        retryAt: this.#options.now() + 1,
        count: record.failure?.count ?? 0,
      }
      return
    }
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.deadline)])
    const beforeJwks = (): void => {
      if (record.purged) throw new Error('the issuer was purged')
      const now = this.#options.now()
      // A flight that was taken for lost may land after the one in its place has asked.
      if (now < this.#askableAt(record)) throw new Error('asked for its keys a moment ago')
      this.#records.noteAsked(source, now)
    }
    const outcome = await discover(
      fetcher,
      source.iss,
      source.dwk,
      record.published?.keys,
      signal,
      beforeJwks,
    ).catch((error: unknown): DiscoveryFault => ({ passing: true, reason: String(error) }))
    if (stranger) this.#firstContacts.give()
    if ('reason' in outcome) this.#fail(record, outcome)
    else this.#succeed(record, outcome)
  }

  #succeed(record: IssuerRecord, { metadata, keys, lifetime }: Published): void {
    if (record.purged) return
    const now = this.#options.now()
    record.published = { metadata, keys }
    record.fetchedAt = now
    record.renewAt = now + Math.max(floor, Math.floor(lifetime * 0.8))
    record.freshUntil = now + lifetime
    record.failure = undefined
    this.#records.prove(record)
  }

  /** A good copy is never replaced by a failure (security I25). */
  #fail(record: IssuerRecord, fault: DiscoveryFault): void {
    const count = (record.failure?.count ?? 0) + 1
    const wait = Math.min(60, 5 * 2 ** (count - 1))
    record.failure = { fault, retryAt: this.#options.now() + wait, count }
  }

  #refusal(record: IssuerRecord): AAuthError {
    const { failure } = record
    const fault = failure?.fault
    const hint = fault?.reason ?? 'no keys yet'
    if (fault?.code) return new AAuthError(fault.code, { hint })
    if (fault && !fault.passing) return new AAuthError('invalid_jwt', { hint })
    const retryAt = Math.max(failure?.retryAt ?? 0, this.#askableAt(record))
    return new AAuthError('server_error', { hint, retryAfter: retryAt - this.#options.now() })
  }
}

function copyOf(record: IssuerRecord): { readonly metadata: JsonObject; readonly keys: KeySet } {
  if (record.published === undefined)
    throw new AAuthError('server_error', { hint: 'keys were purged', retryAfter: 1 })
  return record.published
}
