import { DiscoveryRateLimiter } from './discovery-rate-limiter.ts'
import type { IssuerRecord } from './issuer-record.ts'
import type { IssuerRecords } from './issuer-records.ts'
import { parentDomain } from './parent-domain.ts'

/**
 * Who makes the resource fetch: an agent, which has shown possession of a key before, or a server that calls the
 * resource, which can show nothing until its keys are fetched.
 */
export type Asker = 'agent' | 'server'

/**
 * Budgets for fetching from issuers that are not listed in `trust`, apart for every purpose, so that none uses up
 * what another needs. Listed issuers have one fetch at a time each, and wait for nobody.
 */
export class FetchBudgets {
  readonly #newcomers = new DiscoveryRateLimiter(20, 40, 16)
  /** For issuers that were in use for some time before their keys had to make room for others. */
  readonly #returning = new DiscoveryRateLimiter(10, 20, 8)
  readonly #servers = new DiscoveryRateLimiter(5, 10, 8)
  /** Their rate is bounded already: by how many issuers are kept, and one request to each in a minute. */
  readonly #renewals = new DiscoveryRateLimiter(1000, 1000, 32)
  readonly #records: IssuerRecords

  constructor(records: IssuerRecords) {
    this.#records = records
  }

  /** @returns gives the place back; `undefined` where there is none */
  take(record: IssuerRecord, asker: Asker, now: number): (() => void) | undefined {
    const { source, published } = record
    if (source.named) return () => undefined
    return this.#budgetFor(record, published !== undefined, asker).take(parentDomain(source.iss), now)
  }

  #budgetFor({ source }: IssuerRecord, hasCopy: boolean, asker: Asker): DiscoveryRateLimiter {
    if (hasCopy) return this.#renewals
    if (asker === 'server') return this.#servers
    return this.#records.wasEstablished(source) ? this.#returning : this.#newcomers
  }
}
