import type { VerifiedClaims } from '../token/claims.ts'
import { tokenKey } from '../token/names.ts'

/** Items by a key that several items may share. A key without items takes no memory. */
export class TokenIndex<T> {
  readonly #items = new Map<string, Set<T>>()

  get size(): number {
    return this.#items.size
  }

  get(key: string): readonly T[] {
    return [...(this.#items.get(key) ?? [])]
  }

  add(key: string, item: T): void {
    const items = this.#items.get(key)
    if (items) items.add(item)
    else this.#items.set(key, new Set([item]))
  }

  delete(key: string, item: T): void {
    const items = this.#items.get(key)
    if (items?.delete(item) && items.size === 0) this.#items.delete(key)
  }
}

/** An issuer may use one `jti` for different tokens, which do not share a lifetime. */
export function keyOf(claims: VerifiedClaims): string {
  const { exp, mission } = claims
  return JSON.stringify([tokenKey(claims), exp, mission?.approver, mission?.s256])
}
