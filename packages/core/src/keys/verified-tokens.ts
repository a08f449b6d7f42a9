import { GrowingCache } from '../limits/growing-cache.ts'
import type { VerificationKey } from '../platform/platform.ts'
import type { AuthTemplate } from '../token/auth.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { weightOf } from '../token/further-claims.ts'
import { tokenKey } from '../token/names.ts'
import type { CheckedKey } from '../token/public-key.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { KeySource } from './issuer-record.ts'
import type { IssuerKey } from './key-set.ts'

/** A token whose issuer vouches for it. Who holds it is shown by the HTTP signature alone. */
export interface VerifiedToken {
  readonly claims: VerifiedClaims
  readonly source: KeySource
  /** What `cnf.jwk` became. */
  readonly checkedKey: CheckedKey
  readonly key: VerificationKey
  readonly thumbprint: string
  readonly template: AuthTemplate
}

interface Entry {
  readonly token: VerifiedToken
  readonly signedWith: IssuerKey
}

/** Octets that a token may have where all are kept that may be. */
const meanSize = 2048

/**
 * Tokens that were verified once and are not verified again before `exp` while the issuer still publishes the
 * key that signed them (docs/decisions.md#verified-tokens). The key is the whole token: no two tokens can share an
 * entry.
 */
export class VerifiedTokens {
  readonly #entries: GrowingCache<Entry>
  /** The entries by issuer and `jti`, so that a revocation costs the same however many tokens are kept. */
  readonly #byName = new Map<string, VerifiedToken>()
  readonly #keys: IssuerKeys

  constructor(keys: IssuerKeys, max: number) {
    this.#keys = keys
    this.#entries = new GrowingCache({
      max,
      maxSize: max * meanSize,
      sizeCalculation: ({ token }, text) => text.length + weightOf(token.claims.further),
      dispose: ({ token }) => {
        const name = tokenKey(token.claims)
        if (this.#byName.get(name) === token) this.#byName.delete(name)
      },
    })
  }

  /** The verified token, if nothing has to be asked for it. */
  get(text: string, now: number): VerifiedToken | undefined {
    const entry = this.#entries.get(text)
    if (entry === undefined) return undefined
    const { token, signedWith } = entry
    return now < token.claims.exp && this.#keys.isCurrent(token.source, signedWith) ? token : undefined
  }

  /**
   * The verified token after making sure that its key is still published, which may fetch.
   * @throws {AAuthError} what discovery came to
   */
  async confirm(text: string, now: number): Promise<VerifiedToken | undefined> {
    const entry = this.#entries.get(text)
    if (entry === undefined || now >= entry.token.claims.exp) return undefined
    const { token, signedWith } = entry
    // Keys that are gone are fetched only for a caller that has shown its own.
    if (!this.#keys.has(token.source, signedWith.kid)) return undefined
    return (await this.#keys.key(token.source, signedWith.kid)) === signedWith ? token : undefined
  }

  set(text: string, token: VerifiedToken, signedWith: IssuerKey): void {
    // A part of a string keeps all of it alive, here a whole header; what is joined and cut anew is a copy.
    const copy = ` ${text}`.slice(1)
    this.#entries.set(copy, { token, signedWith })
    // An entry that is larger than all the room is not kept.
    if (this.#entries.has(copy)) this.#byName.set(tokenKey(token.claims), token)
  }

  /** The token of an issuer with this `jti`, the one seen last where there are several, where it is remembered. */
  find(token: Pick<VerifiedClaims, 'iss' | 'jti'>): VerifiedToken | undefined {
    return this.#byName.get(tokenKey(token))
  }

  /** Names that are kept, for tests of the bound. */
  get names(): number {
    return this.#byName.size
  }

  /** Forgets the tokens an issuer signed. */
  purge(iss: string): void {
    for (const [text, { token }] of this.#entries.entries())
      if (token.claims.iss === iss) this.#entries.delete(text)
  }
}
