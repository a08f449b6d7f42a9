import { IssuerShares } from './issuer-shares.ts'
import type { Tombstone, TombstoneStore, TombstoneVerdict } from './stores.ts'

/** Person servers whose full share is remembered one by one; beyond, that of strangers counts as full. */
const maxFull = 10_000

/** Missions that ended, for as long as the process lives. Nothing is evicted (matrix §5.3, rule 2). */
export class TombstoneMemory implements TombstoneStore {
  readonly #entries: IssuerShares<Tombstone>
  readonly #full = new Set<string>()
  readonly #isNamed: (approver: string) => boolean

  /** @param max entries of all strangers together */
  constructor(max: number, maxPerServer: number, isNamed: (approver: string) => boolean) {
    this.#entries = new IssuerShares(max, maxPerServer, isNamed)
    this.#isNamed = isNamed
  }

  add(tombstone: Tombstone): TombstoneVerdict {
    const { approver, s256 } = tombstone
    if (this.#entries.get(approver, s256) !== undefined) return 'recorded'
    if (!this.#entries.hasRoom(approver)) {
      if (this.#full.size < maxFull || this.#isNamed(approver)) this.#full.add(approver)
      return 'full'
    }
    this.#entries.set(approver, s256, Object.freeze({ ...tombstone }))
    return 'recorded'
  }

  find(approver: string, s256: string): Tombstone | 'full' | undefined {
    return this.#entries.get(approver, s256) ?? (this.#isFull(approver) ? 'full' : undefined)
  }

  /** An end that could not be recorded may be that of any of its missions. */
  #isFull(approver: string): boolean {
    return this.#full.has(approver) || (this.#full.size >= maxFull && !this.#isNamed(approver))
  }
}
