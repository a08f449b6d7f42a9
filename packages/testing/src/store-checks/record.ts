import type { RecordStore } from '@aauth-guard/core'
import { boundedOnly } from './record-bound-proofs.ts'
import { ends } from './record-end-proofs.ts'
import { lists, timedLists } from './record-list-proofs.ts'
import { octetBounds, timedBounds } from './record-octet-proofs.ts'
import { tellsApart, timeless } from './record-proofs.ts'
import { bounds, type RecordBounds } from './record-subject.ts'
import { timed } from './record-time-proofs.ts'
import { transactions } from './record-transaction-proofs.ts'
import { shared, timedShared } from './shared-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'

/** Options of {@link recordStoreChecks}. */
export interface RecordCheckOptions extends StoreCheckOptions<RecordStore>, StoreClock {
  /** Whether the store keeps the bounds; default `true`. */
  readonly bounded?: boolean
}

type Make = (bounds: RecordBounds) => RecordStore | Promise<RecordStore>

/**
 * The contract of a {@link RecordStore} as checks. Each makes a store of its own. They do not check `durable`, which takes
 * a crash of the server.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { RecordStore } from '@aauth-guard/core'
 * import { recordStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => RecordStore): Promise<void> {
 *   for (const { run } of recordStoreChecks(makeStore, { bounded: false })) await run()
 * }
 * ```
 */
export function recordStoreChecks(makeStore: Make, options: RecordCheckOptions = {}): readonly StoreCheck[] {
  const { advance, bounded = true } = options
  const proofs = {
    ...timeless,
    ...transactions,
    ...ends,
    ...lists,
    ...shared,
    ...(advance && { ...timed, ...timedLists, ...timedShared }),
    ...(bounded && { ...boundedOnly, ...octetBounds }),
    ...(bounded && advance && timedBounds),
  }
  return checksOf(proofs, tellsApart, async () => subjectOf(await makeStore(bounds), options))
}
