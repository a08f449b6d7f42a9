import type { TombstoneStore } from '@aauth-guard/core'
import { type PushOptions, pollUntil } from './push.ts'
import { shared, timedShared } from './shared-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'
import { clearFullRestarts, clears } from './tombstone-full-proofs.ts'
import { boundedOnly, bounds, tellsApart, timed, timeless } from './tombstone-proofs.ts'
import { pushes } from './tombstone-push-proofs.ts'
import { boundedRestarts, restarts } from './tombstone-restart-proofs.ts'

/** How much the store of a check may hold. A store that knows no bounds takes none of them. */
export interface TombstoneBounds {
  /** Terminations of missions of one person server. */
  readonly maxPerServer: number
}

/** Options of {@link tombstoneStoreChecks}. */
export interface TombstoneCheckOptions extends StoreCheckOptions<TombstoneStore>, StoreClock, PushOptions {
  /** The same state as another process finds it after the one that wrote it has gone. Without it no restart is checked. */
  readonly reopen?: (store: TombstoneStore) => TombstoneStore | Promise<TombstoneStore>
  /** Whether the store keeps the bounds; default `true`. A store without bounds answers `'recorded'` for ever. */
  readonly bounded?: boolean
  /** Whether the person servers of the checks are listed; default `true`. */
  readonly listed?: boolean
}

type Make = (bounds: TombstoneBounds) => TombstoneStore | Promise<TombstoneStore>

/**
 * The contract of a {@link TombstoneStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { TombstoneStore } from '@aauth-guard/core'
 * import { tombstoneStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(
 *   makeStore: () => TombstoneStore,
 *   reopen: (store: TombstoneStore) => TombstoneStore,
 * ): Promise<void> {
 *   for (const { run } of tombstoneStoreChecks(makeStore, { reopen, bounded: false })) await run()
 * }
 * ```
 */
export function tombstoneStoreChecks(
  makeStore: Make,
  options: TombstoneCheckOptions = {},
): readonly StoreCheck[] {
  const { reopen = (store) => store, advance, heard = pollUntil, bounded = true, listed = true } = options
  const reopened = options.reopen && {
    ...restarts,
    ...(bounded && { ...boundedRestarts, ...clearFullRestarts }),
  }
  const proofs = {
    ...timeless,
    ...shared,
    ...pushes,
    ...(advance && { ...timed, ...timedShared }),
    ...(bounded && { ...boundedOnly, ...clears }),
    ...reopened,
  }
  return checksOf(proofs, tellsApart, async () => {
    const subject = await subjectOf(await makeStore(bounds), options)
    return { ...subject, listed, heard, reopen }
  })
}
