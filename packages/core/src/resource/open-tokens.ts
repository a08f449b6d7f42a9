import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { Handle } from '../limits/abort-gradually.ts'
import type { Due } from '../limits/due-timer.ts'
import type { Mission } from '../token/claims.ts'
import { missionKey, tokenKey } from '../token/names.ts'
import { keyOf, TokenIndex } from './token-index.ts'

/** A token that at least one open connection depends on. */
export interface OpenToken extends Due {
  readonly token: VerifiedToken
  readonly handles: Set<Handle>
  /** Second at which the token was last known to be live. */
  liveAt: number
}

/** The tokens that open connections depend on, by what can end them. */
export class OpenTokens {
  readonly #open = new Map<string, OpenToken>()
  readonly #byToken = new TokenIndex<OpenToken>()
  readonly #byMission = new TokenIndex<OpenToken>()

  get sizes(): Readonly<Record<'open' | 'tokens' | 'missions', number>> {
    return { open: this.#open.size, tokens: this.#byToken.size, missions: this.#byMission.size }
  }

  get(token: VerifiedToken): OpenToken | undefined {
    return this.#open.get(keyOf(token.claims))
  }

  add(open: OpenToken): void {
    const { claims } = open.token
    this.#open.set(keyOf(claims), open)
    this.#byToken.add(tokenKey(claims), open)
    if (claims.mission) this.#byMission.add(missionKey(claims.mission), open)
  }

  delete(open: OpenToken): void {
    const { claims } = open.token
    this.#open.delete(keyOf(claims))
    this.#byToken.delete(tokenKey(claims), open)
    if (claims.mission) this.#byMission.delete(missionKey(claims.mission), open)
  }

  all(): readonly OpenToken[] {
    return [...this.#open.values()]
  }

  named(token: { readonly iss: string; readonly jti: string }): readonly OpenToken[] {
    return this.#byToken.get(tokenKey(token))
  }

  under(mission: Mission): readonly OpenToken[] {
    return this.#byMission.get(missionKey(mission))
  }
}
