/** The supported digests of RFC 9530. */
export type DigestAlgorithm = 'sha-256' | 'sha-512'

/** A public key that passed every check of `token/public-key.ts`: canonical, of an accepted type. */
export type PublicJwk =
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519'; readonly x: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }

/** A key in the form that the platform needs; opaque elsewhere. */
export type VerificationKey = { readonly handle: unknown; readonly alg: 'Ed25519' | 'ES256' }

/** A diagnostics channel of the runtime, as far as events need it. */
export interface EventChannel {
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

/** The diagnostics channels of this package. */
export interface Channels {
  /** `aauth-guard:decision`. */
  readonly decision: EventChannel
  /** `tracing:aauth-guard:authorize:*`. */
  readonly authorize: {
    readonly hasSubscribers: boolean
    /** Publishes when work starts and ends, with what it returned or why it failed as members of `context`. */
    trace<T>(work: () => Promise<T>, context: object): Promise<T>
  }
}

/**
 * What differs between runtimes. `node` answers synchronously where waiting for a thread would cost more than the work;
 * the web platform answers with promises. Callers `await` only what is a promise.
 */
export interface Platform {
  readonly name: string
  /** Rejects or throws if the point is not on its curve, as far as the runtime checks that. */
  importKey(jwk: PublicJwk): VerificationKey | Promise<VerificationKey>
  /**
   * Verifies the signature of a text (ASCII), which is given in one or more pieces.
   * @param signature 64 octets, or their base64 with padding
   */
  verify(
    key: VerificationKey,
    signature: Uint8Array<ArrayBuffer> | string,
    text: readonly string[],
  ): boolean | Promise<boolean>
  digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Uint8Array | Promise<Uint8Array>
  /** Unpadded base64url of the SHA-256 of `text`. */
  sha256(text: string): string | Promise<string>
  /** Unpadded base64url of the HMAC-SHA-256 of `text` (UTF-8). */
  hmac(key: Uint8Array, text: string): string | Promise<string>
  /**
   * Fetches a public document. `undefined` if the runtime cannot check the dialled address: then only the keys of
   * issuers that `trust` lists are fetched, with the runtime's own `fetch`.
   */
  readonly guardedFetch: typeof fetch | undefined
  /** Where the runtime has diagnostics channels. */
  readonly channels: Channels | undefined
  /**
   * This platform with Ed25519 verified by the npm package `sodium-native`.
   * @throws {TypeError} if that cannot be loaded here
   * @throws {Error} if it fails its test
   */
  withSodium(): Platform
}
