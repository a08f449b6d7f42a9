import type { TestClock } from './clock.ts'

/** What every party of a test network knows of it. */
export interface World {
  readonly clock: TestClock
  readonly seed: string
  /** The resource that tokens are minted for. */
  readonly resource: string
  readonly fetch: typeof fetch
  /** Whether its servers keep keys that they fetched. */
  readonly keepsKeys: boolean
  /** The person server of agents that have none of their own. */
  readonly personServer: { readonly id: string }
  /** A `jti` nobody had before. */
  nextId(): string
  /** Where the app of an authority is served, as `http://127.0.0.1:PORT`. */
  servedAt(authority: string): string | undefined
}
