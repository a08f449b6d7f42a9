import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { tokenKey } from '../token/names.ts'

type TokenName = Pick<VerifiedClaims, 'iss' | 'jti'>

const maxTokens = 50_000
/** Characters of all names together. */
const maxText = 8_388_608
const maxSuspected = 10_000

/**
 * The missions of tokens that were verified lately, so that the revocation of a token reaches its mission also where the
 * token itself is not cached any more. What is pushed out costs the rest of `activeTtl`, no more.
 */
export class MissionsOfTokens {
  readonly #missions = new GrowingCache<Mission>({
    max: maxTokens,
    maxSize: maxText,
    sizeCalculation: ({ approver, s256 }, name) => name.length + approver.length + s256.length,
  })
  readonly #suspected = new GrowingCache<true>({ max: maxSuspected })

  set(token: TokenName, mission: Mission): void {
    this.#missions.set(tokenKey(token), mission)
  }

  get(token: TokenName): Mission | undefined {
    return this.#missions.get(tokenKey(token))
  }

  /**
   * Whether the revocation of this token is heard of for the first time: whoever shows a revoked token again and again
   * must not have a person server asked each time.
   */
  isNews(token: TokenName): boolean {
    const name = tokenKey(token)
    if (this.#suspected.has(name)) return false
    this.#suspected.set(name, true)
    return true
  }
}
