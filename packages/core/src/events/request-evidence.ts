import type { JsonObject } from '../token/json.ts'

/**
 * What proves that a caller sent a request: enough to verify both signatures again, years later, without the issuer. A
 * token is of no use without the key of its agent, but whoever reads this within the signature window can repeat a safe
 * request, and what the signature covers may be secret. Treat it like a credential.
 */
export interface RequestEvidence {
  /** The token as it was sent. */
  readonly token: string
  /** The signature base, as text. */
  readonly base: string
  /** The 64 octets of the signature, base64url. */
  readonly signature: string
  /** Names of the components that the signature covers. */
  readonly covered: readonly string[]
  /** The issuer of the token, and the document that names its keys. */
  readonly issuer: string
  readonly document: string
  /** The keys that the issuer published, as far as they were read: `kid` and the members that verification needs. */
  readonly keys: readonly JsonObject[]
  /** The time by which was decided, in seconds, by the clock of the resource. */
  readonly verifiedAt: number
}
