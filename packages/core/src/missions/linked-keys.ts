import { GrowingCache } from '../limits/growing-cache.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import type { ResourceState } from '../resource/state.ts'
import { isRevoked } from '../resource/token-revocation.ts'
import { addLink, findLink, type Link, type LinkStore } from '../stores/link-store.ts'
import type { MayWait } from '../stores/store-kind.ts'
import type { VerifiedClaims } from '../token/claims.ts'

/** Maximum number of links whose recording this process remembers. Others are recorded again. */
const maxRecorded = 10_000

/** A link that this process has recorded. */
interface Recorded {
  readonly iss: string
  readonly jti: string
  /** Second from which the link is recorded again. */
  readonly renewAt: number
}

/**
 * Which agent provider recently vouched for a key. A link depends on the agent token that established it: it expires
 * with the token, and is ignored once the token is revoked or its provider is purged.
 */
export class LinkedKeys {
  readonly #state: ResourceState
  readonly #store: LinkStore
  readonly #seconds: number
  readonly #recorded = new GrowingCache<Recorded>({ max: maxRecorded })

  /** @param seconds maximum lifetime of a link, which also ends when the token expires */
  constructor(state: ResourceState, store: LinkStore, seconds: number) {
    this.#state = state
    this.#store = store
    this.#seconds = seconds
  }

  /**
   * Links a key to the issuer of a verified agent token. A shared store is written to once per token and half of the
   * time that a link counts, and not on every request.
   * @throws {AAuthError} `server_error` (or the promise rejects) when the store fails
   */
  set(thumbprint: string, { iss, jti, iat, exp }: VerifiedClaims, budget?: WaitBudget): MayWait<void> {
    const now = this.#state.settings.now()
    const known = this.#recorded.get(thumbprint)
    const isShared = this.#state.settings.stores.links !== undefined
    if (isShared && known?.iss === iss && known.jti === jti && now < known.renewAt) return undefined
    const seconds = Math.min(this.#seconds, exp - now)
    const linkedFor = seconds * 1000
    const listed = this.#state.isListed(iss)
    const added = addLink(this.#store, { thumbprint, iss, jti, iat, exp, linkedFor, listed }, budget)
    const note = (): void => this.#recorded.set(thumbprint, { iss, jti, renewAt: now + seconds / 2 })
    return added instanceof Promise ? added.then(note) : note()
  }

  /**
   * The provider that the key is linked to, after checking the token that established the link.
   *
   * @param found returns what the store of links answered, if it was queried before
   * @throws {AAuthError} `server_error` (or the promise rejects) when a store fails
   */
  providerOf(
    thumbprint: string,
    found: () => MayWait<Link | undefined> = () => findLink(this.#store, thumbprint),
    budget?: WaitBudget,
  ): MayWait<string | undefined> {
    const judge = (link: Link | undefined): MayWait<string | undefined> => {
      if (link === undefined || this.#state.settings.now() >= link.exp) return undefined
      const isOver = isRevoked(this.#state, link, budget)
      const name = (over: boolean): string | undefined =>
        over || this.#isPurged(link) ? undefined : link.iss
      return typeof isOver === 'boolean' ? name(isOver) : isOver.then(name)
    }
    const link = found()
    return link instanceof Promise ? link.then(judge) : judge(link)
  }

  /** A link from the second of a purge does not count, which only denies. */
  #isPurged({ iss, iat }: Link): boolean {
    const purgedAt = this.#state.purges.at(iss)
    return purgedAt !== undefined && iat <= purgedAt
  }
}
