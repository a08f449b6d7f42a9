interface Entry<Value> {
  readonly value: Value
  readonly listed: boolean
}

/**
 * Entries by issuer, of which every issuer has a share.
 *
 * Listed issuers have their share whatever the others do. The share of unlisted issuers shrinks with the room that they
 * leave each other, so that a few of them cannot take all of it. Whether an issuer is listed is said with each entry,
 * since processes that share a configuration in transition may differ.
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

  /** Whether one more entry of this issuer has room. */
  hasRoom(iss: string, listed: boolean): boolean {
    const held = this.#byIssuer.get(iss)?.size ?? 0
    const share = listed
      ? this.#maxPerIssuer
      : (2 * (this.#max - this.#unlisted) * this.#maxPerIssuer) / this.#max
    return held < Math.min(this.#maxPerIssuer, share)
  }

  /** Sets an entry that is there, or that has room. */
  set(iss: string, id: string, value: Value, listed: boolean): void {
    const entries = this.#byIssuer.get(iss) ?? new Map<string, Entry<Value>>()
    const known = entries.get(id)
    // A known entry stays in the pool it was counted in.
    const counted = known ? known.listed : listed
    if (!known && !counted) this.#unlisted += 1
    entries.set(id, { value, listed: counted })
    this.#byIssuer.set(iss, entries)
  }

  /** Drops every entry that is over. */
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
