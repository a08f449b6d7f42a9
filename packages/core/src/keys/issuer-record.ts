import type { JsonObject } from '../token/json.ts'
import type { WellKnownDocument } from '../token/kinds.ts'
import type { DiscoveryFault } from './discover.ts'
import type { KeySet } from './key-set.ts'

/** Where keys come from: an issuer in one role, and whether the operator listed it. */
export interface KeySource {
  readonly iss: string
  readonly dwk: WellKnownDocument
  readonly named: boolean
  /** Its name in caches, kept from when it was first needed: every request looks there. */
  name?: string
}

/** What is known about an issuer in one role. Times are in seconds; a time that was never set is minus infinity. */
export interface IssuerRecord {
  readonly source: KeySource
  published: { readonly metadata: JsonObject; readonly keys: KeySet } | undefined
  fetchedAt: number
  /** From this time a copy is renewed in the background, so that no request waits at {@link freshUntil}. */
  renewAt: number
  freshUntil: number
  failure: { readonly fault: DiscoveryFault; readonly retryAt: number; readonly count: number } | undefined
  pending: Promise<void> | undefined
  /** Set when the operator purged the issuer: results of fetches still under way are discarded. */
  purged: boolean
  usedAt: number
  /** When an unlisted issuer may next become established. */
  promotableAt: number
}
