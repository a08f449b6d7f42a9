import { type ReplayStore, replayKind } from '../stores/replay-store.ts'
import {
  type RevocationEntry,
  type RevocationListener,
  RevocationMemory,
} from '../stores/revocation-store.ts'
import { type TombstoneEntry, type TombstoneListener, TombstoneMemory } from '../stores/tombstone-store.ts'
import { checkLimits } from './check-limits.ts'
import type { Limits } from './settings.ts'

/** What resources that follow each other in one process share. */
export interface MemoryStores {
  readonly revocations: RevocationMemory
  readonly tombstones: TombstoneMemory
  readonly replays: ReplayStore
}

/**
 * Stores in the memory of this process, for hosts that replace their resource while they run: what was revoked, terminated
 * or used remains so for the next resource, and open connections of the previous one learn what the next one records.
 *
 * @param options `now`: the clock, in seconds, the same as that of the resources; `limits`: as in `createResource`. They
 * are fixed when the stores are made.
 * @throws {TypeError} naming the limit that is wrong
 */
export function memoryStores({
  now = () => Math.floor(Date.now() / 1000),
  limits = {},
}: {
  readonly now?: () => number
  readonly limits?: Partial<Limits>
} = {}): MemoryStores {
  const checked = checkLimits(limits)
  return Object.freeze({
    revocations: new ListenableRevocations(now),
    tombstones: new ListenableTombstones(checked.tombstones),
    replays: replayKind.inMemory({ now, limits: checked }),
  })
}

class ListenableRevocations extends RevocationMemory {
  readonly #listeners = new Set<RevocationListener>()

  constructor(now: () => number) {
    super(100_000, 10_000, now)
  }

  override add(entry: RevocationEntry): ReturnType<RevocationMemory['add']> {
    const verdict = super.add(entry)
    if (verdict === 'recorded') for (const listener of this.#listeners) listener.onRevoked(entry)
    return verdict
  }

  override purge(issuer: { readonly iss: string }): number {
    const purgedAt = super.purge(issuer)
    for (const listener of this.#listeners) listener.onPurged({ iss: issuer.iss, purgedAt })
    return purgedAt
  }

  subscribe(listener: RevocationListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

class ListenableTombstones extends TombstoneMemory {
  readonly #listeners = new Set<TombstoneListener>()

  constructor(maxPerServer: number) {
    super(100_000, maxPerServer)
  }

  override add(entry: TombstoneEntry): ReturnType<TombstoneMemory['add']> {
    const verdict = super.add(entry)
    if (verdict === 'recorded') for (const listener of this.#listeners) listener.onTerminated(entry)
    return verdict
  }

  subscribe(listener: TombstoneListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
