import type { VerifiedToken } from '../keys/verified-tokens.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { begin } from '../stores/begin.ts'
import { isSilence } from '../stores/checked-call.ts'
import { findLink, type Link } from '../stores/link-store.ts'
import { type FoundStatus, getStatus } from '../stores/status-store.ts'
import type { MayWait } from '../stores/store-kind.ts'
import { findTombstone, type Tombstone } from '../stores/tombstone-store.ts'
import type { ResourceState } from './state.ts'
import { isRevoked } from './token-revocation.ts'

/** Milliseconds for which the answers of shared stores are recent enough to decide by. */
const recent = 1000

/**
 * What the stores say about one token, its mission and its key. Stores that are shared are queried for everything in one
 * go, so that a request waits for them once. Stores in memory are queried when their answer is needed.
 */
export interface LiveState {
  /** When the shared stores were queried, in milliseconds of the monotonic clock, less the age of what they may cache. */
  readonly askedAt: number
  /** @throws {AAuthError} `server_error` if the clocks differ, or the store fails (or the promise rejects) */
  readonly revoked: () => MayWait<boolean>
  readonly tombstone: (() => MayWait<Tombstone | 'full' | undefined>) | undefined
  readonly status: (() => MayWait<FoundStatus | undefined>) | undefined
  readonly link: (() => MayWait<Link | undefined>) | undefined
}

/**
 * Queries the stores about a token that its issuer has signed. Never throws.
 * @param askedAt if they were queried before
 */
export function queryLiveState(
  state: ResourceState,
  { claims, thumbprint }: Pick<VerifiedToken, 'claims' | 'thumbprint'>,
  budget?: WaitBudget,
  askedAt: number = performance.now() - state.freshness,
): LiveState {
  const { settings, missionMonitor: monitor, clocks } = state
  const { tombstones, revocations, statuses, links } = settings.stores
  const { mission, kind } = claims
  const isRevokedNow = (): MayWait<boolean> => isRevoked(state, claims, budget)
  const found = revocations ? begin(isRevokedNow) : isRevokedNow
  const named = mission && { ...mission, listed: state.isListed(mission.approver) }
  const tombstone = named && tombstones && begin(() => findTombstone(tombstones, named, named.listed, budget))
  const status = named && statuses && monitor?.times && begin(() => getStatus(statuses, named, budget))
  const link =
    links && monitor?.link && kind !== 'agent-token'
      ? begin(() => findLink(links, thumbprint, budget))
      : undefined
  if (clocks === undefined) return { askedAt, revoked: found, tombstone, status, link }
  // The clocks of the stores that the request uses, compared in the same go.
  const names = [
    revocations && 'revocations',
    tombstone && 'tombstones',
    status && 'statuses',
    link && 'links',
  ].filter((name) => name !== undefined)
  const compared = begin(() => clocks.compare(names, budget))
  return { askedAt, revoked: () => unlessClocksDiffer(compared, found), tombstone, status, link }
}

/** Whether the answers are recent enough, so that what is decided by them is at most a second old. */
export function isRecent({ askedAt }: Pick<LiveState, 'askedAt'>): boolean {
  return performance.now() - askedAt < recent
}

/** A clock that cannot be read hides no revocation, since `staleReads` can bridge the silence of its store. */
function unlessClocksDiffer(compared: () => MayWait<void>, found: () => MayWait<boolean>): MayWait<boolean> {
  const fail = (fault: unknown): MayWait<boolean> => {
    if (!isSilence(fault)) throw fault
    const judge = (isOver: boolean): true => {
      if (isOver) return true
      throw fault
    }
    const answer = found()
    return answer instanceof Promise ? answer.then(judge) : judge(answer)
  }
  let agreed: MayWait<void>
  try {
    agreed = compared()
  } catch (fault) {
    return fail(fault)
  }
  return agreed instanceof Promise ? agreed.then(found, fail) : found()
}
