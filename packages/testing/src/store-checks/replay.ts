import type { ReplayStore } from '@aauth-guard/core'
import { bounds, tellsApart, timeless } from './replay-proofs.ts'
import { timed } from './replay-time-proofs.ts'
import { checksOf, type StoreCheck, type StoreCheckOptions, type StoreClock } from './store-checks.ts'

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
export interface ReplayCheckOptions extends StoreCheckOptions<ReplayStore>, StoreClock {}

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
export function replayStoreChecks(
  makeStore: Make,
  { peer, now = () => Date.now() / 1000, advance }: ReplayCheckOptions = {},
): readonly StoreCheck[] {
  return checksOf({ ...timeless, ...(advance && timed) }, tellsApart, async () => {
    const store = await makeStore(bounds)
    return {
      store,
      peer: peer ? await peer(store) : store,
      now: Math.floor(await now()),
      advance: async (seconds) => advance?.(seconds),
    }
  })
}
