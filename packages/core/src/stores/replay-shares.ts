/** Limits, counted in marks. */
export interface ReplayBounds {
  /** Of all unlisted issuers together; one of them has at most half. */
  readonly max: number
  /** Of one issuer. */
  readonly maxPerIssuer: number
  /** Of one key under one issuer. */
  readonly maxPerKey: number
}

/** A number of slots, some of them taken. */
interface Places {
  readonly max: number
  taken: number
}

/** The slots of one issuer. */
interface IssuerShare extends Places {
  readonly issuer: string
  readonly listed: boolean
  readonly keys: Map<string, KeyShare>
}

/** The slots of one key under one issuer. */
export interface KeyShare extends Places {
  readonly owner: string
  readonly of: IssuerShare
}

/**
 * Limits the number of marks by issuer and key. The share of a listed issuer does not depend on others. Unlisted issuers
 * share one pool, and the keys of an issuer share its part. Once half of a pool is taken, each share shrinks with the
 * free space, so that a few cannot take all of it.
 */
export class ReplayShares {
  readonly #bounds: ReplayBounds
  readonly #pool: Places
  readonly #listed = new Map<string, IssuerShare>()
  readonly #unlisted = new Map<string, IssuerShare>()

  constructor(bounds: ReplayBounds) {
    this.#bounds = bounds
    this.#pool = { max: bounds.max, taken: 0 }
  }

  /** Takes one slot, or returns `undefined` if there is none. */
  take(issuer: string, owner: string, listed: boolean): KeyShare | undefined {
    const issuers = listed ? this.#listed : this.#unlisted
    const of = issuers.get(issuer) ?? this.#issuerShare(issuer, listed)
    const key = of.keys.get(owner) ?? { owner, of, max: this.#bounds.maxPerKey, taken: 0 }
    if (!hasPlace(key, of) || !(listed ? of.taken < of.max : hasPlace(of, this.#pool))) return undefined
    issuers.set(issuer, of)
    of.keys.set(owner, key)
    this.#change(key, 1)
    return key
  }

  giveBack(key: KeyShare): void {
    const { of, owner } = key
    this.#change(key, -1)
    // Issuers and keys without marks take no memory.
    if (key.taken === 0) of.keys.delete(owner)
    if (of.taken === 0) (of.listed ? this.#listed : this.#unlisted).delete(of.issuer)
  }

  #issuerShare(issuer: string, listed: boolean): IssuerShare {
    const { max, maxPerIssuer } = this.#bounds
    const share = listed ? maxPerIssuer : Math.min(maxPerIssuer, Math.ceil(max / 2))
    return { issuer, listed, max: share, taken: 0, keys: new Map() }
  }

  #change(key: KeyShare, by: 1 | -1): void {
    key.taken += by
    key.of.taken += by
    if (!key.of.listed) this.#pool.taken += by
  }
}

/** Whether a share has one more place, which depends on what is left of that which it is a share of. */
function hasPlace(share: Places, whole: Places): boolean {
  const shrunk = (2 * (whole.max - whole.taken) * share.max) / whole.max
  return whole.taken < whole.max && share.taken < Math.min(share.max, shrunk)
}
