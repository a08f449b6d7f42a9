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

/** What is known of an issuer in one role. Times are in seconds; one that was never set is minus infinity. */
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
  usedAt: number
  /** When an issuer that is not listed may next become an established one. */
  promotableAt: number
}
