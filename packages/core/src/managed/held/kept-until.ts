import { heldFor, longestToken, resultGrace, unknownFor } from './held-limits.ts'
import type { HeldRecord } from './held-record.ts'

type Begun = Pick<HeldRecord, 'since' | 'state' | 'claims' | 'lease'>

/** The second until which a result can be asked for: as long as the auth token of the call can be presented. */
function tokenUntil({ claims }: Pick<Begun, 'claims'>): number {
  return Math.max(...claims.map(({ exp }) => exp)) + resultGrace
}

/** The second until which a call that was begun is kept. */
export function keptUntil(record: Begun, now: number): number {
  const { state, lease } = record
  const until = tokenUntil(record)
  if (state === 'done') return Math.max(until, now + resultGrace)
  return Math.max(until, state === 'running' ? lease : now, now) + unknownFor
}

/** The second from which no poll reaches a call any more, with any token: its pending URL is over. */
export function polledUntil(record: Begun): number {
  return Math.max(record.since + heldFor + longestToken + resultGrace, tokenUntil(record))
}
