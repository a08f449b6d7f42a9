import { GrowingCache } from '../limits/growing-cache.ts'

/**
 * Entries of person servers, those of listed ones apart from the others: however many entries others have, they push
 * out nothing of a listed server. A key begins with the person server and a line feed, which no identifier holds.
 */
export class ListedApart<Value extends object> {
  readonly #listed: GrowingCache<Value>
  readonly #others: GrowingCache<Value>
  readonly #isListed: (approver: string) => boolean

  /** @param max entries of listed servers together, and of the others together */
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
