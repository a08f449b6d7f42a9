import { AAuthError } from '../errors/aauth-error.ts'
import { type DiscoveryFault, discover, type Published } from './discover.ts'
import { type Asker, FetchBudgets } from './fetch-budgets.ts'
import type { IssuerRecord, KeySource } from './issuer-record.ts'
import type { IssuerRecords } from './issuer-records.ts'

export interface IssuerFetchesOptions {
  /** `undefined`: this issuer's keys may not be fetched here. */
  readonly fetcherFor: (source: KeySource) => typeof fetch | undefined
  /** Integer seconds. */
  readonly now: () => number
  /** Milliseconds for metadata and JWKS together. */
  readonly deadline: number
  /** Is told what came of each fetch: `reason` where it failed. */
  readonly onFetched?: (source: KeySource, reason: string | undefined) => void
}

/** Seconds between two JWKS requests to one issuer, whatever came of the first (R11-124). */
const floor = 60
/** Seconds between two attempts at an issuer that fails, at most. */
const maxWait = 60

/**
 * Fetches what issuers publish into their records: one fetch at a time for each, with waits in between. Waits and the
 * times of renewal are a little shorter at random, so that the processes of a fleet do not ask in step (I22).
 */
export class IssuerFetches {
  readonly #records: IssuerRecords
  readonly #budgets: FetchBudgets
  /** Made at first use: workerd of April 2026 allows it in a request only, not while a module is loaded. */
  #controller: AbortController | undefined
  readonly #options: IssuerFetchesOptions

  constructor(records: IssuerRecords, options: IssuerFetchesOptions) {
    this.#records = records
    this.#budgets = new FetchBudgets(records)
    this.#options = options
  }

  /** Aborts when {@link close} is called. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  get #closing(): AbortController {
    this.#controller ??= new AbortController()
    return this.#controller
  }

  /** Ends all fetches; nothing is fetched any more. */
  close(): void {
    this.#closing.abort()
  }

  /** A request that is under way may be joined at any time. */
  mayRefresh(record: IssuerRecord): boolean {
    return record.pending !== undefined || this.#mayAsk(record)
  }

  /**
   * Asks the issuer, or waits for what another request asked it.
   * @throws {AAuthError} where there is no copy and the budget is used up; else it rejects only with a clock that fails
   */
  async refresh(record: IssuerRecord, asker: Asker): Promise<void> {
    const { pending } = record
    if (pending === undefined) return this.#start(record, asker)
    if (await this.#lands(pending)) return
    if (record.pending === pending) {
      record.pending = undefined
      this.#records.letGo(record)
    }
    if (this.mayRefresh(record)) await this.refresh(record, asker)
  }

  /** Why there is no copy. */
  refusal(record: IssuerRecord): AAuthError {
    const { failure } = record
    const fault = failure?.fault
    const hint = fault?.reason ?? 'no keys yet'
    if (fault?.code) return new AAuthError(fault.code, { hint })
    if (fault && !fault.passing) return new AAuthError('invalid_jwt', { hint })
    const now = this.#options.now()
    const retryAt = Math.max(failure?.retryAt ?? 0, this.#askableAt(record, now))
    return new AAuthError('server_error', { hint, retryAfter: retryAt - now })
  }

  #mayAsk(record: IssuerRecord): boolean {
    const now = this.#options.now()
    const retryAt = record.failure?.retryAt ?? now
    // Further ahead than any wait: the clock was ahead when it was written down.
    return now >= this.#askableAt(record, now) && (now >= retryAt || retryAt > now + maxWait)
  }

  #askableAt({ source }: IssuerRecord, now: number): number {
    return this.#records.askedAt(source, now) + floor
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

  #start(record: IssuerRecord, asker: Asker): Promise<void> {
    const fetcher = this.#fetcherFor(record)
    if (fetcher === undefined) return Promise.resolve()
    const giveBack = this.#budgets.take(record, asker, this.#options.now())
    if (giveBack === undefined) {
      // Says nothing of the issuer, so nothing is remembered of it, and others may ask.
      if (record.published !== undefined) return Promise.resolve()
      throw new AAuthError('server_error', {
        hint: 'too many issuers that are not listed in "trust" are asked for the first time',
        retryAfter: 1,
      })
    }
    const flight = this.#records
      .hold(record, this.#fetchInto(record, fetcher))
      .catch((error: unknown) => {
        // Without a clock there is nothing to write down; the next request meets the same fault and says so.
        record.failure ??= { fault: { passing: true, reason: String(error) }, retryAt: 0, count: 0 }
      })
      .finally(() => {
        giveBack()
        if (record.pending === flight) record.pending = undefined
      })
    record.pending = flight
    return flight
  }

  /** `undefined` where nothing can be fetched, which is written down. */
  #fetcherFor(record: IssuerRecord): typeof fetch | undefined {
    const fetcher = this.#options.fetcherFor(record.source)
    if (this.#closing.signal.aborted) {
      this.#fail(record, { passing: true, reason: 'the resource is closed' })
      return undefined
    }
    if (fetcher === undefined) {
      const reason = `this runtime cannot check addresses; name ${record.source.iss} in trust`
      this.#fail(record, { passing: false, reason })
    }
    return fetcher
  }

  /** Never rejects: what went wrong stays in the record. */
  async #fetchInto(record: IssuerRecord, fetcher: typeof fetch): Promise<void> {
    const { source } = record
    const outcome = await discover({
      fetcher,
      iss: source.iss,
      dwk: source.dwk,
      previous: record.published?.keys,
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#options.deadline)]),
      now: this.#options.now,
      beforeJwks: () => {
        if (record.purged) throw new Error('the issuer was purged')
        const now = this.#options.now()
        // A flight that was taken for lost may land after the one in its place has asked.
        if (now < this.#askableAt(record, now)) throw new Error('asked for its keys a moment ago')
        this.#records.noteAsked(source, now)
      },
    }).catch((error: unknown): DiscoveryFault => ({ passing: true, reason: String(error) }))
    if ('reason' in outcome) this.#fail(record, outcome)
    else this.#succeed(record, outcome)
    this.#options.onFetched?.(source, 'reason' in outcome ? outcome.reason : undefined)
  }

  #succeed(record: IssuerRecord, { metadata, keys, lifetime }: Published): void {
    if (record.purged) return
    const now = this.#options.now()
    record.published = { metadata, keys }
    record.fetchedAt = now
    record.renewAt = now + Math.max(floor, Math.floor(lifetime * (0.8 - Math.random() / 10)))
    record.freshUntil = now + lifetime
    record.failure = undefined
    this.#records.prove(record, now)
  }

  /** A good copy is never replaced by a failure (I25). */
  #fail(record: IssuerRecord, fault: DiscoveryFault): void {
    const count = (record.failure?.count ?? 0) + 1
    const wait = Math.min(maxWait, 5 * 2 ** (count - 1)) * (1 - Math.random() / 5)
    record.failure = { fault, retryAt: this.#options.now() + wait, count }
  }
}
