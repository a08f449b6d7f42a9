import { GrowingCache } from '../limits/growing-cache.ts'
import type { VerificationKey } from '../platform/platform.ts'
import type { AuthTemplate } from '../token/auth.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { weightOf } from '../token/further-claims.ts'
import { tokenKey } from '../token/names.ts'
import type { CheckedKey } from '../token/public-key.ts'
import type { Acceptance } from './acceptance.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import type { KeySource } from './issuer-record.ts'
import type { IssuerKey } from './key-set.ts'
import { tokenName } from './token-name.ts'

/** A token whose issuer signature has been verified. Only the HTTP signature proves who holds it. */
export interface VerifiedToken {
  readonly claims: VerifiedClaims
  readonly source: KeySource
  /** The checked form of `cnf.jwk`. */
  readonly checkedKey: CheckedKey
  readonly key: VerificationKey
  readonly thumbprint: string
  readonly template: AuthTemplate
  /** The requests that were accepted with it, if it has a mission. */
  acceptance?: Acceptance
  /** How events of the resource name its person; made once for each token. */
  personName?: string | undefined
}

interface Entry {
  readonly text: string
  readonly token: VerifiedToken
  readonly signedWith: IssuerKey
}

/** Average size of a token in octets, from which the total size of the cache follows. */
const meanSize = 2048

/**
 * Tokens that were verified once. They are not verified again before `exp` while the issuer still publishes the
 * key that signed them (docs/decisions.md#verified-tokens). An entry counts only for exactly its own text.
 */
export class VerifiedTokens {
  readonly #entries: GrowingCache<Entry>
  /** The entries by issuer and `jti`, so that the cost of a revocation does not grow with the number of tokens. */
  readonly #byName = new Map<string, VerifiedToken>()
  readonly #keys: IssuerKeys

  constructor(keys: IssuerKeys, max: number) {
    this.#keys = keys
    this.#entries = new GrowingCache({
      max,
      maxSize: max * meanSize,
      sizeCalculation: ({ text, token }) => text.length + weightOf(token.claims.further),
      dispose: ({ token }) => {
        const name = tokenKey(token.claims)
        if (this.#byName.get(name) === token) this.#byName.delete(name)
      },
    })
  }

  /** The verified token, if no fetch is needed to use it. */
  get(text: string, now: number): VerifiedToken | undefined {
    const entry = this.#find(text)
    if (entry === undefined) return undefined
    const { token, signedWith } = entry
    return now < token.claims.exp && this.#keys.isCurrent(token.source, signedWith) ? token : undefined
  }

  /**
   * The verified token, after checking that its key is still published. This may fetch.
   * @throws {AAuthError} an error of discovery
   */
  async confirm(text: string, now: number): Promise<VerifiedToken | undefined> {
    const entry = this.#find(text)
    if (entry === undefined || now >= entry.token.claims.exp) return undefined
    const { token, signedWith } = entry
    // Keys that are not cached are fetched only for a caller that has proved possession of its own key.
    if (!this.#keys.has(token.source, signedWith.kid)) return undefined
    return (await this.#keys.key(token.source, signedWith.kid)) === signedWith ? token : undefined
  }

  #find(text: string): Entry | undefined {
    const entry = this.#entries.get(tokenName(text))
    return entry?.text === text ? entry : undefined
  }

  set(text: string, token: VerifiedToken, signedWith: IssuerKey): void {
    // A substring keeps the whole header alive in memory. Concatenating and slicing makes a copy.
    const copy = ` ${text}`.slice(1)
    const name = ` ${tokenName(text)}`.slice(1)
    this.#entries.set(name, { text: copy, token, signedWith })
    // An entry larger than the whole cache is not kept.
    if (this.#entries.has(name)) this.#byName.set(tokenKey(token.claims), token)
  }

  /** The cached token of an issuer with this `jti`; the one seen last if there are several. */
  find(token: Pick<VerifiedClaims, 'iss' | 'jti'>): VerifiedToken | undefined {
    return this.#byName.get(tokenKey(token))
  }

  get size(): number {
    return this.#entries.size
  }

  /** The number of names in the index, for tests of its bound. */
  get names(): number {
    return this.#byName.size
  }

  /** Removes the tokens signed by an issuer. */
  purge(iss: string): void {
    for (const [name, { token }] of this.#entries.entries())
      if (token.claims.iss === iss) this.#entries.delete(name)
  }
}
