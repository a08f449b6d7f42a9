import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { tokenKey } from '../token/names.ts'

type TokenName = Pick<VerifiedClaims, 'iss' | 'jti'>

const maxTokens = 50_000
/** Characters of all names together. */
const maxText = 8_388_608
const maxSuspected = 10_000

/**
 * The missions of recently verified tokens, so that the revocation of a token affects its mission even if the token
 * itself is no longer cached. If an entry is evicted, the cached status is used for the rest of `activeTtl`.
 */
export class MissionsOfTokens {
  readonly #missions = new GrowingCache<Mission>({
    max: maxTokens,
    maxSize: maxText,
    sizeCalculation: ({ approver, s256 }, name) => name.length + approver.length + s256.length,
  })
  readonly #suspected = new GrowingCache<Promise<void>>({ max: maxSuspected })

  set(token: TokenName, mission: Mission): void {
    this.#missions.set(tokenKey(token), mission)
  }

  get(token: TokenName): Mission | undefined {
    return this.#missions.get(tokenKey(token))
  }

  /**
   * Suspects the mission of a revoked token once: presenting a revoked token repeatedly must not cause a query to the
   * person server each time. If that fails, the next one who learns of the revocation tries again.
   *
   * @returns the first suspicion, which others may have begun
   */
  suspectOnce(token: TokenName, suspect: () => Promise<void>): Promise<void> {
    const name = tokenKey(token)
    const known = this.#suspected.get(name)
    if (known !== undefined) return known
    const told = suspect()
    this.#suspected.set(name, told)
    told.catch(() => this.#suspected.delete(name))
    return told
  }
}
