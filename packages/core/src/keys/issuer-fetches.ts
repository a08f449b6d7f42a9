import { AAuthError } from '../errors/aauth-error.ts'
import { type DiscoveryFault, discover, type Published } from './discover.ts'
import { type Asker, type BudgetUse, FetchBudgets } from './fetch-budgets.ts'
import type { IssuerRecord, KeySource } from './issuer-record.ts'
import type { IssuerRecords } from './issuer-records.ts'

export interface IssuerFetchesOptions {
  /** `undefined` means that the keys of this issuer may not be fetched. */
  readonly fetcherFor: (source: KeySource) => typeof fetch | undefined
  /** Integer seconds. */
  readonly now: () => number
  /** Milliseconds for metadata and JWKS together. */
  readonly deadline: number
  /** Called after each fetch, with a `reason` if the fetch failed. */
  readonly onFetched?: (source: KeySource, reason: string | undefined) => void
  /** Called when a request is refused because a budget is used up. */
  readonly onLimited?: (source: KeySource) => void
}

/** Minimum interval in seconds between two JWKS requests to one issuer, whether or not the first succeeded (R11-124). */
const floor = 60
/** Maximum wait in seconds before a failed issuer is tried again. */
const maxWait = 60

/**
 * Fetches what issuers publish into their records, one fetch at a time for each issuer, with waits in between. Waits
 * and renewal times are shortened by a random amount, so that the processes of a fleet do not fetch at once (I22).
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

  /** Aborts all fetches and prevents further ones. */
  close(): void {
    this.#closing.abort()
  }

  budgets(): readonly BudgetUse[] {
    return this.#budgets.use(this.#options.now())
  }

  /** A fetch that is already under way can be joined at any time. */
  mayRefresh(record: IssuerRecord): boolean {
    return record.pending !== undefined || this.#mayAsk(record)
  }

  /**
   * Fetches from the issuer, or waits for a fetch that another request started.
   * @throws {AAuthError} when there is no copy and the budget is used up; otherwise it rejects only if the clock fails
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

  /** The error for a record without a copy. */
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
    // Later than any wait allows: the clock was ahead when the time was recorded.
    return now >= this.#askableAt(record, now) && (now >= retryAt || retryAt > now + maxWait)
  }

  #askableAt({ source }: IssuerRecord, now: number): number {
    return this.#records.askedAt(source, now) + floor
  }

  /** Workers cancel the fetches of a request when that request ends, and then the promise may never settle. */
  #lands(flight: Promise<void>): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => {
      const timeout = AbortSignal.timeout(this.#options.deadline)
      timeout.addEventListener('abort', () => resolve(false), { once: true })
    })
    const landed = flight.then(
      () => true,
      // Some runtimes reject the promise instead.
      () => false,
    )
    return Promise.race([landed, late])
  }

  #start(record: IssuerRecord, asker: Asker): Promise<void> {
    const fetcher = this.#fetcherFor(record)
    if (fetcher === undefined) return Promise.resolve()
    const giveBack = this.#budgets.take(record, asker, this.#options.now())
    if (giveBack === undefined) {
      // The budget says nothing about the issuer, so no failure is recorded and other requests may try.
      if (record.published !== undefined) return Promise.resolve()
      this.#options.onLimited?.(record.source)
      throw new AAuthError('server_error', {
        hint: `too many issuers that are not listed in "trust" are being fetched: list ${record.source.iss} in "trust" to exempt it`,
        retryAfter: 1,
      })
    }
    const flight = this.#records
      .hold(record, this.#fetchInto(record, fetcher))
      .catch((error: unknown) => {
        // Without a clock no time can be recorded. The next request fails in the same way and reports it.
        record.failure ??= { fault: { passing: true, reason: String(error) }, retryAt: 0, count: 0 }
      })
      .finally(() => {
        giveBack()
        if (record.pending === flight) record.pending = undefined
      })
    record.pending = flight
    return flight
  }

  /** Returns `undefined`, and records the failure, when the issuer cannot be fetched. */
  #fetcherFor(record: IssuerRecord): typeof fetch | undefined {
    const fetcher = this.#options.fetcherFor(record.source)
    if (this.#closing.signal.aborted) {
      this.#fail(record, { passing: true, reason: 'the resource is closed' })
      return undefined
    }
    if (fetcher === undefined) {
      const reason = `this runtime cannot check the addresses it dials: list ${record.source.iss} in "trust"`
      this.#fail(record, { passing: false, reason })
    }
    return fetcher
  }

  /** Never rejects: a failure is stored in the record. */
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
        // A fetch that was given up may still complete after its replacement has requested the JWKS.
        if (now < this.#askableAt(record, now))
          throw new Error('the JWKS was requested less than a minute ago')
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

  /** A failure never replaces a usable copy (I25). */
  #fail(record: IssuerRecord, fault: DiscoveryFault): void {
    const count = (record.failure?.count ?? 0) + 1
    const wait = Math.min(maxWait, 5 * 2 ** (count - 1)) * (1 - Math.random() / 5)
    record.failure = { fault, retryAt: this.#options.now() + wait, count }
  }
}
