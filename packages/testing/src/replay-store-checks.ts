import type { ReplayStore } from '@aauth-guard/core'
import { bounds, markEach, type ReplayProof, timeless } from './replay-proofs.ts'
import { timed } from './replay-time-proofs.ts'
import {
  demand,
  lookalikes,
  type StoreCheck,
  type StoreCheckOptions,
  type StoreClock,
} from './store-checks.ts'

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
  const check = (name: string, prove: ReplayProof): StoreCheck => ({
    name,
    async run() {
      const store = await makeStore(bounds)
      const subject = { store, peer: peer ? await peer(store) : store, now: Math.floor(await now()) }
      await prove({ ...subject, advance: async (seconds) => advance?.(seconds) })
    },
  })
  const odd = lookalikes.map(([one, other]) => {
    const marks = [one, other].map(([owner, fingerprint]) => ({ owner, fingerprint }))
    const name = `tells ${JSON.stringify(one)} from ${JSON.stringify(other)}`.slice(0, 120)
    return check(name, async (subject) => {
      demand(await markEach(subject, marks), ['first', 'first'], 'two signatures')
      const again = await markEach({ ...subject, store: subject.peer }, marks)
      demand(again, ['repeated', 'repeated'], 'the same again')
    })
  })
  const proofs = Object.entries({ ...timeless, ...(advance && timed) })
  return [...proofs.map(([name, prove]) => check(name, prove)), ...odd]
}
