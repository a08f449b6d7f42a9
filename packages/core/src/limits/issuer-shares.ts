interface Entry<Value> {
  readonly value: Value
  readonly listed: boolean
}

/**
 * Entries by issuer, with a share for every issuer.
 *
 * The share of a listed issuer does not depend on others. The share of an unlisted issuer shrinks as the space for
 * unlisted issuers fills up, so that a few of them cannot take all of it. Each entry states whether its issuer is
 * listed, since processes can differ while a new configuration is rolled out.
 */
export class IssuerShares<Value> {
  readonly #byIssuer = new Map<string, Map<string, Entry<Value>>>()
  #unlisted = 0
  readonly #max: number
  readonly #maxPerIssuer: number

  /** @param max entries of all unlisted issuers together */
  constructor(max: number, maxPerIssuer: number) {
    this.#max = max
    this.#maxPerIssuer = maxPerIssuer
  }

  get(iss: string, id: string): Value | undefined {
    return this.#byIssuer.get(iss)?.get(id)?.value
  }

  /** Whether there is space for one more entry of this issuer. */
  hasRoom(iss: string, listed: boolean): boolean {
    const held = this.#byIssuer.get(iss)?.size ?? 0
    const share = listed
      ? this.#maxPerIssuer
      : (2 * (this.#max - this.#unlisted) * this.#maxPerIssuer) / this.#max
    return held < Math.min(this.#maxPerIssuer, share)
  }

  /** Sets an entry that exists, or for which there is space. */
  set(iss: string, id: string, value: Value, listed: boolean): void {
    const entries = this.#byIssuer.get(iss) ?? new Map<string, Entry<Value>>()
    const known = entries.get(id)
    // An existing entry stays in the pool in which it was counted.
    const counted = known ? known.listed : listed
    if (!known && !counted) this.#unlisted += 1
    entries.set(id, { value, listed: counted })
    this.#byIssuer.set(iss, entries)
  }

  /** Removes all expired entries. */
  drop(isOver: (value: Value) => boolean): void {
    for (const [iss, entries] of this.#byIssuer) {
      for (const [id, { value, listed }] of entries) {
        if (!isOver(value)) continue
        entries.delete(id)
        if (!listed) this.#unlisted -= 1
      }
      if (entries.size === 0) this.#byIssuer.delete(iss)
    }
  }
}
