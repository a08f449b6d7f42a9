import type { LinkStore } from '@aauth-guard/core'
import { boundedOnly } from './link-bound-proofs.ts'
import { bounds, tellsApart, timed, timeless } from './link-proofs.ts'
import { shared, timedShared } from './shared-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'

/** How much the store of a check may hold. */
export interface LinkBounds {
  /** Keys linked by listed providers, and as many linked by unlisted ones. */
  readonly max: number
}

/** Options of {@link linkStoreChecks}. */
export interface LinkCheckOptions extends StoreCheckOptions<LinkStore>, StoreClock {
  /** Whether the store keeps the bounds; default `true`. A store without bounds keeps a link until it does not count. */
  readonly bounded?: boolean
}

type Make = (bounds: LinkBounds) => LinkStore | Promise<LinkStore>

/**
 * The contract of a {@link LinkStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { LinkStore } from '@aauth-guard/core'
 * import { linkStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => LinkStore): Promise<void> {
 *   for (const { run } of linkStoreChecks(makeStore, { bounded: false })) await run()
 * }
 * ```
 */
export function linkStoreChecks(makeStore: Make, options: LinkCheckOptions = {}): readonly StoreCheck[] {
  const { advance, bounded = true } = options
  const proofs = {
    ...timeless,
    ...shared,
    ...(advance && { ...timed, ...timedShared }),
    ...(bounded && boundedOnly),
  }
  return checksOf(proofs, tellsApart, async () => subjectOf(await makeStore(bounds), options))
}
