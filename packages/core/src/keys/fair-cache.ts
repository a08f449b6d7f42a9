interface Entry<Value> {
  readonly domain: string
  readonly value: Value
}

/**
 * A bounded cache in which a domain gains nothing by having many hosts. When the cache is full, the least recently
 * used entry of the domain with the most entries is evicted.
 */
export class FairCache<Value> {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry<Value>>()
  readonly #held = new Map<string, number>()
  readonly #max: number
  /** The entry that is last already: moving it again would let the map rehash every few requests. */
  #newest: Entry<Value> | undefined

  constructor(max: number) {
    this.#max = max
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#max
  }

  /** Looks an entry up, which makes it the most recently used. */
  get(name: string): Value | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    if (entry !== this.#newest) {
      this.#entries.delete(name)
      this.#entries.set(name, entry)
      this.#newest = entry
    }
    return entry.value
  }

  has(name: string): boolean {
    return this.#entries.has(name)
  }

  /** Adds or replaces an entry, and returns the entry that was evicted for it. */
  set(
    name: string,
    domain: string,
    value: Value,
  ): { readonly name: string; readonly value: Value } | undefined {
    this.delete(name)
    this.#newest = { domain, value }
    this.#entries.set(name, this.#newest)
    this.#held.set(domain, this.held(domain) + 1)
    if (this.#entries.size <= this.#max) return undefined
    const [evicted, entry] = this.#nextToGo() as [string, Entry<Value>]
    this.delete(evicted)
    return { name: evicted, value: entry.value }
  }

  delete(name: string): boolean {
    const entry = this.#entries.get(name)
    if (entry === undefined) return false
    this.#entries.delete(name)
    const held = this.held(entry.domain) - 1
    if (held === 0) this.#held.delete(entry.domain)
    else this.#held.set(entry.domain, held)
    return true
  }

  /** How many entries a domain has. */
  held(domain: string): number {
    return this.#held.get(domain) ?? 0
  }

  /** The number of entries of the domain with the most entries. */
  mostHeld(): number {
    let most = 0
    for (const held of this.#held.values()) most = Math.max(most, held)
    return most
  }

  /** The least recently used entry. */
  oldest(): { readonly name: string; readonly value: Value } | undefined {
    for (const [name, { value }] of this.#entries) return { name, value }
    return undefined
  }

  *entries(): IterableIterator<[string, Value]> {
    for (const [name, { value }] of this.#entries) yield [name, value]
  }

  #nextToGo(): [string, Entry<Value>] | undefined {
    const most = this.mostHeld()
    for (const entry of this.#entries) if (this.held(entry[1].domain) === most) return entry
    return undefined
  }
}
