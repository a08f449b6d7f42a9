import type { OtherCaller } from '../resource/requirement.ts'
import type { Auth } from '../token/auth.ts'

/** The header field that carries an assertion from the gateway to an upstream. It is sent once with every request. */
export const assertionHeader = 'AAuth-Guard-Assertion'

/** The media type of assertions in `typ`, so that no other token of the same issuer is one. */
export const assertionType = 'aauth-guard-assertion+jwt'

/** Seconds for which an assertion is valid. */
export const assertionLifetime = 30

const contents: readonly AssertionContent[] = ['none', 'verified', 'unverified', 'unsigned', 'upstream']

/**
 * What is known of the content of the request:
 *
 * - `none`: the request has no content
 * - `verified`: the signature covers its digest, and the gateway compared them before it called the upstream
 * - `unverified`: the signature covers its digest, and the gateway compares them while the content streams: if they
 *   differ, the connection ends before the last octet
 * - `unsigned`: the signature does not cover it, or the caller is anonymous: anyone on the way could have changed it
 * - `upstream`: the signature covers its digest, and the upstream has to compare them
 */
export type AssertionContent = 'none' | 'verified' | 'unverified' | 'unsigned' | 'upstream'

export function isAssertionContent(value: unknown): value is AssertionContent {
  return contents.some((content) => content === value)
}

interface Asserted {
  /** The server identifier of the resource that the gateway protects. */
  readonly iss: string
  /** The name of the upstream in the configuration of the gateway. */
  readonly aud: string
  /** Unique for each request. */
  readonly jti: string
  /** NumericDate, seconds. */
  readonly iat: number
  /** NumericDate, seconds; 30 after `iat`. */
  readonly exp: number
  /** The method of the request. */
  readonly htm: string
  /** `iss` and the target that the upstream gets, with its query. */
  readonly htu: string
  readonly content: AssertionContent
  /** The value of the signed `Content-Digest`, with `content: 'upstream'` only. */
  readonly digest?: string
}

/** A request whose caller the gateway verified. */
export interface VerifiedAssertion extends Asserted {
  readonly caller: 'verified'
  /**
   * The person for whom the request was made, as `personKey` writes it. Compare and store it as a whole. Absent if the
   * credential does not name a person.
   */
  readonly sub?: string
  /** Who is calling, and what was granted. It is not the object of a guard: `stepUp` and `lifetimeOf` refuse it. */
  readonly auth: Auth | OtherCaller
}

/** A request without a credential, on a route that is open to such requests. */
export interface AnonymousAssertion extends Asserted {
  readonly caller: 'anonymous'
  readonly sub?: undefined
  readonly auth: null
}

/** What the gateway asserts about one request, verified. Branch on `caller`. */
export type Assertion = VerifiedAssertion | AnonymousAssertion
