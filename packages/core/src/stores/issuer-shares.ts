/**
 * Entries by issuer, of which every issuer has a share.
 *
 * Issuers that the operator named have their share whatever the others do. The share of strangers shrinks with the
 * room that is left, so that a few of them cannot take all of it.
 */
export class IssuerShares<Value> {
  readonly #byIssuer = new Map<string, Map<string, Value>>()
  #size = 0
  readonly #max: number
  readonly #maxPerIssuer: number
  readonly #isNamed: (iss: string) => boolean

  /** @param max entries of all strangers together */
  constructor(max: number, maxPerIssuer: number, isNamed: (iss: string) => boolean) {
    this.#max = max
    this.#maxPerIssuer = maxPerIssuer
    this.#isNamed = isNamed
  }

  get(iss: string, id: string): Value | undefined {
    return this.#byIssuer.get(iss)?.get(id)
  }

  /** Whether one more entry of this issuer has room. */
  hasRoom(iss: string): boolean {
    const held = this.#byIssuer.get(iss)?.size ?? 0
    const shrunk = this.#isNamed(iss)
      ? this.#maxPerIssuer
      : (2 * (this.#max - this.#size) * this.#maxPerIssuer) / this.#max
    return held < Math.min(this.#maxPerIssuer, shrunk)
  }

  /** Sets an entry that is there, or that has room. */
  set(iss: string, id: string, value: Value): void {
    const entries = this.#byIssuer.get(iss) ?? new Map<string, Value>()
    if (!entries.has(id) && !this.#isNamed(iss)) this.#size += 1
    entries.set(id, value)
    this.#byIssuer.set(iss, entries)
  }

  /** Drops every entry that is over. */
  drop(isOver: (value: Value) => boolean): void {
    for (const [iss, entries] of this.#byIssuer) {
      const named = this.#isNamed(iss)
      for (const [id, value] of entries) {
        if (!isOver(value)) continue
        entries.delete(id)
        if (!named) this.#size -= 1
      }
      if (entries.size === 0) this.#byIssuer.delete(iss)
    }
  }
}
