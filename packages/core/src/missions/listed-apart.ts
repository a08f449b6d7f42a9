import { GrowingCache } from '../limits/growing-cache.ts'

/**
 * Entries of person servers, with separate caches for listed servers and others, so that other servers cannot evict
 * entries of listed ones. A key begins with the person server and a line feed, which identifiers cannot contain.
 */
export class ListedApart<Value extends object> {
  readonly #listed: GrowingCache<Value>
  readonly #others: GrowingCache<Value>
  readonly #isListed: (approver: string) => boolean

  /** @param max the size of each of the two caches */
  constructor(max: number, isListed: (approver: string) => boolean) {
    this.#listed = new GrowingCache({ max })
    this.#others = new GrowingCache({ max })
    this.#isListed = isListed
  }

  get(key: string): Value | undefined {
    return this.#of(key).get(key)
  }

  set(key: string, value: Value): void {
    this.#of(key).set(key, value)
  }

  delete(key: string): void {
    this.#of(key).delete(key)
  }

  keys(): readonly string[] {
    return [...this.#listed.keys(), ...this.#others.keys()]
  }

  #of(key: string): GrowingCache<Value> {
    return this.#isListed(key.slice(0, key.indexOf('\n'))) ? this.#listed : this.#others
  }
}
