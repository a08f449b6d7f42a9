import { LRUCache } from 'lru-cache'
import { ownMembers } from '../assert/own-members.ts'

interface Bounds<Value> {
  readonly max: number
  /** With {@link sizeCalculation}: the sum of all sizes. */
  readonly maxSize?: number
  readonly sizeCalculation?: (value: Value, key: string) => number
  /** Called for every value that leaves the cache, also if it is replaced. */
  readonly dispose?: (value: Value, key: string, reason: LRUCache.DisposeReason) => void
}

/**
 * Options that inherit nothing: a plain object would inherit members added to `Object.prototype` (Q01), and
 * `Object.create(null)` makes a table of names. The cache writes `status` into them, so each call has its own.
 */
class NoOptions {
  declare readonly status?: never
}
Object.setPrototypeOf(NoOptions.prototype, null)

const first = 16
const growth = 4

/**
 * A least-recently-used cache that allocates memory as it grows. An `LRUCache` allocates memory for its maximum number
 * of entries when it is made, which costs megabytes and milliseconds for each resource.
 */
export class GrowingCache<Value extends object | number | true> {
  readonly #bounds: Bounds<Value>
  #cache: LRUCache<string, Value>

  constructor(bounds: Bounds<Value>) {
    this.#bounds = ownMembers(bounds)
    this.#cache = this.#make(Math.min(first, bounds.max))
  }

  /** Looks an entry up, which makes it the most recently used. */
  get(key: string): Value | undefined {
    return this.#cache.get(key, new NoOptions())
  }

  has(key: string): boolean {
    return this.#cache.has(key, new NoOptions())
  }

  /** Adds or replaces an entry. If the cache is full, the least recently used entries are evicted. */
  set(key: string, value: Value): void {
    const { size, max } = this.#cache
    if (size === max && max < this.#bounds.max && !this.has(key)) this.#grow()
    this.#cache.set(key, value, new NoOptions())
  }

  delete(key: string): boolean {
    return this.#cache.delete(key)
  }

  get size(): number {
    return this.#cache.size
  }

  keys(): IterableIterator<string> {
    return this.#cache.keys()
  }

  entries(): IterableIterator<[string, Value]> {
    return this.#cache.entries()
  }

  #grow(): void {
    const smaller = this.#cache
    this.#cache = this.#make(Math.min(smaller.max * growth, this.#bounds.max))
    for (const key of smaller.rkeys())
      this.#cache.set(key, smaller.peek(key, new NoOptions()) as Value, new NoOptions())
  }

  #make(max: number): LRUCache<string, Value> {
    const { maxSize, sizeCalculation, dispose } = this.#bounds
    return new LRUCache(
      ownMembers({
        max,
        ...(maxSize !== undefined && sizeCalculation && { maxSize, sizeCalculation }),
        ...(dispose && { dispose }),
      }),
    )
  }
}
