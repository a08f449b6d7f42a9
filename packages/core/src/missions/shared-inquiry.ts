import type { ResourceState } from '../resource/state.ts'
import {
  claimStatus,
  type FoundStatus,
  getStatus,
  type StatusName,
  type StatusStore,
} from '../stores/status-store.ts'
import { findTombstone } from '../stores/tombstone-store.ts'
import { failureIn, type Outcome } from './status-records.ts'

/** Milliseconds between two looks at what the process that has the claim found. */
const interval = 100

/** Milliseconds that a claim stands beyond the deadline of the source, so that the answer can be recorded under it. */
export const claimMargin = 500

/** A claim, or what another process found in the meantime. `'full'`: there is no space for claims. */
export type Turn = { readonly claim: string } | { readonly outcome: Outcome } | 'full'

/**
 * Claims the query about a mission, or waits for the process that has claimed it. If that process does not record an
 * answer, its claim expires and this one takes over.
 *
 * @param isWanted whether a status that was found can be used
 * @returns `undefined` if `milliseconds` have passed
 * @throws {AAuthError} `server_error` (the promise rejects) when a store fails
 */
export async function awaitTurn(
  state: ResourceState,
  store: StatusStore,
  mission: StatusName,
  milliseconds: number,
  isWanted: (found: FoundStatus) => boolean,
): Promise<Turn | undefined> {
  const until = performance.now() + milliseconds
  for (;;) {
    const claimed = await claimStatus(store, mission, milliseconds + claimMargin)
    if (claimed !== 'taken') return claimed
    if (performance.now() >= until) return undefined
    await new Promise((resolve) => setTimeout(resolve, interval))
    const [found, tombstone] = await Promise.all([
      getStatus(store, mission),
      findTombstone(state.tombstones, mission, mission.listed),
    ])
    if (typeof tombstone === 'object') return { outcome: { status: 'terminated', reason: tombstone.reason } }
    if (found === undefined || !isWanted(found)) continue
    if (found.freshFor > 0) return { outcome: { status: 'active' } }
    const failed = failureIn(found)
    if (failed !== undefined) return { outcome: failed }
  }
}
