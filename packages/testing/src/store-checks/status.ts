import type { StatusStore } from '@aauth-guard/core'
import { shared, timedShared } from './shared-proofs.ts'
import { boundedOnly, timedBounds } from './status-bound-proofs.ts'
import { claims } from './status-claim-proofs.ts'
import { bounds, tellsApart, timeless } from './status-proofs.ts'
import { timed } from './status-time-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'

/** How much the store of a check may hold. */
export interface StatusBounds {
  /** Missions of listed person servers, and as many of unlisted ones. */
  readonly max: number
}

/** Options of {@link statusStoreChecks}. */
export interface StatusCheckOptions extends StoreCheckOptions<StatusStore>, StoreClock {
  /** Whether the store keeps the bounds; default `true`. A store without bounds never returns `'full'`. */
  readonly bounded?: boolean
}

type Make = (bounds: StatusBounds) => StatusStore | Promise<StatusStore>

/**
 * The contract of a {@link StatusStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { StatusStore } from '@aauth-guard/core'
 * import { statusStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => StatusStore): Promise<void> {
 *   for (const { run } of statusStoreChecks(makeStore, { bounded: false })) await run()
 * }
 * ```
 */
export function statusStoreChecks(makeStore: Make, options: StatusCheckOptions = {}): readonly StoreCheck[] {
  const { advance, bounded = true } = options
  const proofs = {
    ...timeless,
    ...claims,
    ...shared,
    ...(advance && { ...timed, ...timedShared }),
    ...(bounded && boundedOnly),
    ...(advance && bounded && timedBounds),
  }
  return checksOf(proofs, tellsApart, async () => subjectOf(await makeStore(bounds), options))
}
