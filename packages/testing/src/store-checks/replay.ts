import type { ReplayStore } from '@aauth-guard/core'
import { boundedOnly } from './replay-bound-proofs.ts'
import { bounds, tellsApart, timeless } from './replay-proofs.ts'
import { timed, timedBounds } from './replay-time-proofs.ts'
import { shared, timedShared } from './shared-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'

/** How much the store of a check may hold. */
export interface ReplayBounds {
  /** Signatures of all unlisted issuers together. */
  readonly max: number
  /** Signatures of one issuer. */
  readonly maxPerIssuer: number
  /** Signatures of one key. */
  readonly maxPerKey: number
}

/** Options of {@link replayStoreChecks}. */
export interface ReplayCheckOptions extends StoreCheckOptions<ReplayStore>, StoreClock {
  /** Whether the store keeps the bounds; default `true`. A store without bounds never returns `'full'`. */
  readonly bounded?: boolean
}

type Make = (bounds: ReplayBounds) => ReplayStore | Promise<ReplayStore>

/**
 * The contract of a {@link ReplayStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { ReplayStore } from '@aauth-guard/core'
 * import { replayStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => ReplayStore): Promise<void> {
 *   for (const { run } of replayStoreChecks(makeStore)) await run()
 * }
 * ```
 */
export function replayStoreChecks(makeStore: Make, options: ReplayCheckOptions = {}): readonly StoreCheck[] {
  const { advance, bounded = true } = options
  const proofs = {
    ...timeless,
    ...shared,
    ...(advance && { ...timed, ...timedShared }),
    ...(bounded && boundedOnly),
    ...(advance && bounded && timedBounds),
  }
  return checksOf(proofs, tellsApart, async () => subjectOf(await makeStore(bounds), options))
}
