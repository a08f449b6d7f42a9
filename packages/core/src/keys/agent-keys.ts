import { GrowingCache } from '../limits/growing-cache.ts'
import type { VerificationKey } from '../platform/platform.ts'
import type { CheckedKey } from '../token/public-key.ts'

/** A key in the form that verifies, and its RFC 7638 thumbprint. */
export interface AgentKey {
  readonly key: VerificationKey
  readonly thumbprint: string
}

/**
 * The keys of agents whose tokens were verified. An agent keeps its key when it renews its token, and importing a key takes
 * a fifth of a verification.
 */
export class AgentKeys {
  readonly #keys: GrowingCache<AgentKey>

  constructor(max: number) {
    this.#keys = new GrowingCache({ max })
  }

  get(checked: CheckedKey): AgentKey | undefined {
    return this.#keys.get(nameOf(checked))
  }

  /**
   * Keeps a key once the issuer's signature of a token with it is verified, so that unauthenticated clients cannot fill the
   * cache.
   */
  keep(checked: CheckedKey, key: AgentKey): void {
    this.#keys.set(nameOf(checked), key)
  }
}

/** Coordinates are canonical, so a key has one name. */
function nameOf({ jwk }: CheckedKey): string {
  return jwk.kty === 'OKP' ? jwk.x : `${jwk.x}.${jwk.y}`
}
