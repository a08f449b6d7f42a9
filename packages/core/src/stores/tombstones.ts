import { IssuerShares } from '../limits/issuer-shares.ts'
import type { Tombstone, TombstoneEntry, TombstoneStore, TombstoneVerdict } from './stores.ts'

/** Maximum number of unlisted person servers recorded as full. Beyond it, all unlisted ones count as full. */
const maxFull = 10_000

/**
 * Terminated missions, for as long as the process lives. Nothing is evicted
 * (docs/decisions.md#termination-is-permanent).
 */
export class TombstoneMemory implements TombstoneStore {
  readonly #entries: IssuerShares<Tombstone>
  readonly #full = new Set<string>()

  /** @param max entries of all unlisted person servers together */
  constructor(max: number, maxPerServer: number) {
    this.#entries = new IssuerShares(max, maxPerServer)
  }

  add({ listed, ...tombstone }: TombstoneEntry): TombstoneVerdict {
    const { approver, s256 } = tombstone
    if (this.#entries.get(approver, s256) !== undefined) return 'recorded'
    if (!this.#entries.hasRoom(approver, listed)) {
      if (this.#full.size < maxFull || listed) this.#full.add(approver)
      return 'full'
    }
    this.#entries.set(approver, s256, Object.freeze(tombstone), listed)
    return 'recorded'
  }

  find({ approver, s256, listed }: Parameters<TombstoneStore['find']>[0]): Tombstone | 'full' | undefined {
    return this.#entries.get(approver, s256) ?? (this.#isFull(approver, listed) ? 'full' : undefined)
  }

  /** A termination that could not be recorded may concern any mission of the person server. */
  #isFull(approver: string, listed: boolean): boolean {
    return this.#full.has(approver) || (this.#full.size >= maxFull && !listed)
  }
}
