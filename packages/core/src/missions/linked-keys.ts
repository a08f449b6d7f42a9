import { GrowingCache } from '../limits/growing-cache.ts'
import type { ResourceState } from '../resource/state.ts'
import { isRevoked } from '../resource/token-revocation.ts'
import type { VerifiedClaims } from '../token/claims.ts'

/** Maximum number of linked keys. The class of an evicted key is unknown until its next agent token. */
const maxKeys = 10_000

/** The agent token that established a link. */
interface Link extends Pick<VerifiedClaims, 'iss' | 'jti' | 'iat'> {
  /** Second at which the link expires. */
  readonly until: number
}

/**
 * Which agent provider recently vouched for a key. A link depends on the agent token that established it: it expires
 * with the token, and is ignored once the token is revoked or its provider is purged.
 */
export class LinkedKeys {
  readonly #links = new GrowingCache<Link>({ max: maxKeys })
  readonly #state: ResourceState
  readonly #seconds: number

  /** @param seconds maximum lifetime of a link, which also ends when the token expires */
  constructor(state: ResourceState, seconds: number) {
    this.#state = state
    this.#seconds = seconds
  }

  /** Links a key to the issuer of a verified agent token. */
  set(thumbprint: string, { iss, jti, iat, exp }: VerifiedClaims): void {
    const until = Math.min(this.#state.settings.now() + this.#seconds, exp)
    this.#links.set(thumbprint, { iss, jti, iat, until })
  }

  /**
   * The provider that the key is linked to, after checking the token that established the link.
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store of revocations fails
   */
  providerOf(thumbprint: string): string | undefined | Promise<string | undefined> {
    const link = this.#links.get(thumbprint)
    if (link === undefined || this.#state.settings.now() >= link.until) return undefined
    const judge = (isOver: boolean): string | undefined => {
      if (!isOver && this.#links.get(thumbprint) !== undefined) return link.iss
      if (this.#links.get(thumbprint) === link) this.#links.delete(thumbprint)
      return undefined
    }
    const found = isRevoked(this.#state, link)
    return typeof found === 'boolean' ? judge(found) : found.then(judge)
  }

  /** Removes the links to a provider. */
  purge(iss: string): void {
    for (const [thumbprint, link] of this.#links.entries())
      if (link.iss === iss) this.#links.delete(thumbprint)
  }
}
