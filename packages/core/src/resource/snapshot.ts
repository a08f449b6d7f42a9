import type { Mission } from '../token/claims.ts'
import type { OutstandingTokens } from './outstanding-tokens.ts'

/** What one resource knows in this process at one moment, frozen. It holds no token, key or content. */
export interface ResourceSnapshot {
  readonly type: 'aauth.snapshot.v1'
  /** Milliseconds since 1970. */
  readonly time: number
  /** As in the events of this process. */
  readonly process: string
  readonly issuer: string
  readonly issuers: readonly IssuerSnapshot[]
  /** Missions with tokens that were accepted, the last accepted first, at most 1000. */
  readonly missions: readonly MissionSnapshot[]
  readonly stores: readonly StoreSnapshot[]
  /** Person servers whose mission status is not queried for the moment, after failures. */
  readonly suspendedServers: readonly string[]
  /** How much of each budget for issuers that `trust` does not list is used. */
  readonly budgets: readonly BudgetSnapshot[]
  readonly caches: readonly CacheSnapshot[]
  /** Connections that `lifetimeOf` watches, and the tokens and missions that they depend on. */
  readonly lifetimes: { readonly connections: number; readonly tokens: number; readonly missions: number }
}

/** What is known of an issuer in one role. Times are in seconds since 1970. */
export interface IssuerSnapshot {
  readonly issuer: string
  /** Such as `aauth-person.json`. */
  readonly document: string
  /** Whether `trust` lists it. */
  readonly listed: boolean
  /** `kid` of each published key. */
  readonly keys: readonly string[]
  readonly fetchedAt?: number
  readonly freshUntil?: number
  readonly failure?: { readonly hint: string; readonly count: number; readonly retryAt: number }
  /** Whether it is being fetched. */
  readonly fetching: boolean
}

/** A mission under which requests were accepted. */
export interface MissionSnapshot extends Omit<OutstandingTokens, 'tokens'> {
  readonly mission: Mission
  readonly agents: readonly string[]
  readonly classes: readonly string[]
  /** Number of outstanding tokens. */
  readonly tokens: number
}

/** How a store does. */
export interface StoreSnapshot {
  /** The option, such as `stores.revocations`. */
  readonly store: string
  /** Whether it is in the memory of this process. */
  readonly inMemory: boolean
  readonly circuit: 'open' | 'closed'
  /** Calls that wait for an answer. */
  readonly waiting: number
}

/** Use of a budget for fetches. */
export interface BudgetSnapshot {
  readonly name: string
  readonly running: number
  readonly maxRunning: number
  /** Fetches that may begin at once. */
  readonly available: number
}

/** How full a cache is. */
export interface CacheSnapshot {
  readonly name: string
  readonly entries: number
  readonly max: number
}
