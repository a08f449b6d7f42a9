import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { LiveState } from '../resource/live-state.ts'
import type { SessionLookup } from '../resource/managed-access.ts'
import type { ContentDigests } from '../signature/content-digest.ts'
import type { Mission } from '../token/claims.ts'
import type { UntrustedRequest } from './read-request.ts'
import type { Transport } from './transport.ts'

/** A request whose signature and token are verified, but not yet compared with a requirement. */
export interface VerifiedRequest {
  readonly token: VerifiedToken
  readonly transport: Transport
  /** The request as it was received, with what was signed, for the evidence of an audit log. */
  readonly sent: Pick<UntrustedRequest, 'base' | 'signature' | 'tokenText'>
  /** Frozen. */
  readonly covered: readonly string[]
  /** The mission that `AAuth-Mission` asserts and no token contains. */
  readonly asserted: Mission | undefined
  /** The covered digests, until the content has been compared with them. */
  readonly digest: { readonly expected: ContentDigests; checked: boolean } | undefined
  /** What the stores last said about the token, its mission and its key. */
  live: LiveState
  /** What the request may still wait for stores. */
  readonly budget: WaitBudget
  /** Whether a guard accepts the signature only once. */
  marked: boolean
  /** Whether a store did not answer, and the request relies on its last answer (`staleReads`). */
  stale: boolean
  /** Whether it is counted among the accepted requests of its token. */
  isCounted: boolean
  /** The agent provider that the key is linked to, according to the last lookup; not set for agent tokens. */
  linkedProvider: string | undefined
  /** The last lookup of its session, if a route takes sessions. */
  session: SessionLookup | undefined
  /** Checks again that the session on which an identity relies still stands. @throws {AAuthError} (the promise rejects) */
  assertSession: (() => Promise<void>) | undefined
  /** Whether the answer may carry a session value, and the one that it carries. */
  access: { value: string | undefined } | undefined
  /** Whether the signature has a `nonce`. */
  readonly hasNonce: boolean
  /** Marks the signature as used, unless a guard has done so. @throws {AAuthError} (the promise rejects) */
  markUsed(): Promise<void>
}
