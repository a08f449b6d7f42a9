import { DiscoveryRateLimiter } from './discovery-rate-limiter.ts'
import type { IssuerRecord } from './issuer-record.ts'
import type { IssuerRecords } from './issuer-records.ts'
import { parentDomain } from './parent-domain.ts'

/**
 * Who causes the fetch: an agent, which has already proved possession of a key, or a server that calls the resource,
 * which cannot prove anything until its keys are fetched.
 */
export type Asker = 'agent' | 'server'

/** How much of a budget is used. */
export interface BudgetUse {
  readonly name: string
  readonly running: number
  readonly maxRunning: number
  /** Fetches that may begin at once. */
  readonly available: number
}

/**
 * Budgets for fetching from issuers that are not listed in `trust`. Each purpose has its own budget, so that one
 * cannot exhaust another. Listed issuers have one fetch at a time each and do not share a budget.
 */
export class FetchBudgets {
  readonly #newcomers = new DiscoveryRateLimiter(20, 40, 16)
  /** For issuers that were in use for some time before their keys were evicted. */
  readonly #returning = new DiscoveryRateLimiter(10, 20, 8)
  readonly #servers = new DiscoveryRateLimiter(5, 10, 8)
  /** The number of cached issuers and the minimum interval of one minute already bound the rate of renewals. */
  readonly #renewals = new DiscoveryRateLimiter(1000, 1000, 32)
  readonly #records: IssuerRecords

  constructor(records: IssuerRecords) {
    this.#records = records
  }

  /** @returns a function that releases the slot; `undefined` when the budget is used up */
  take(record: IssuerRecord, asker: Asker, now: number): (() => void) | undefined {
    const { source, published } = record
    if (source.named) return () => undefined
    return this.#budgetFor(record, published !== undefined, asker).take(parentDomain(source.iss), now)
  }

  /** How much of each budget is used. */
  use(now: number): readonly BudgetUse[] {
    const named = {
      'new issuers': this.#newcomers,
      'known issuers': this.#returning,
      'calling servers': this.#servers,
      renewals: this.#renewals,
    }
    return Object.entries(named).map(([name, limiter]) => ({ name, ...limiter.use(now) }))
  }

  #budgetFor({ source }: IssuerRecord, hasCopy: boolean, asker: Asker): DiscoveryRateLimiter {
    if (hasCopy) return this.#renewals
    if (asker === 'server') return this.#servers
    return this.#records.wasEstablished(source) ? this.#returning : this.#newcomers
  }
}
