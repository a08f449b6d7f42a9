import type { RevocationStore } from '@aauth-guard/core'
import { type PushOptions, pollUntil } from './push.ts'
import { boundedOnly } from './revocation-bound-proofs.ts'
import { bounds, tellsApart, timed, timeless } from './revocation-proofs.ts'
import { pushes } from './revocation-push-proofs.ts'
import { shared, timedShared } from './shared-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'
import { subjectOf } from './subject.ts'

/** How much the store of a check may hold. */
export interface RevocationBounds {
  /** Entries of all unlisted issuers. */
  readonly max: number
  /** Entries of one issuer. */
  readonly maxPerIssuer: number
}

/** Options of {@link revocationStoreChecks}. */
export interface RevocationCheckOptions extends StoreCheckOptions<RevocationStore>, StoreClock, PushOptions {
  /** Whether the store keeps the bounds; default `true`. A store without bounds answers `'recorded'` for ever. */
  readonly bounded?: boolean
}

type Make = (bounds: RevocationBounds) => RevocationStore | Promise<RevocationStore>

/**
 * The contract of a {@link RevocationStore} as checks. Each makes a store of its own.
 *
 * @param makeStore a new, empty store with these bounds
 * @example
 * ```ts
 * import type { RevocationStore } from '@aauth-guard/core'
 * import { revocationStoreChecks } from '@aauth-guard/testing'
 *
 * export async function prove(makeStore: () => RevocationStore): Promise<void> {
 *   for (const { run } of revocationStoreChecks(makeStore)) await run()
 * }
 * ```
 */
export function revocationStoreChecks(
  makeStore: Make,
  options: RevocationCheckOptions = {},
): readonly StoreCheck[] {
  const { advance, heard = pollUntil, bounded = true } = options
  const proofs = {
    ...timeless,
    ...shared,
    ...pushes,
    ...(advance && { ...timed, ...timedShared }),
    ...(bounded && boundedOnly),
  }
  return checksOf(proofs, tellsApart, async () => {
    const subject = await subjectOf(await makeStore(bounds), options)
    return { ...subject, heard }
  })
}
