import { AAuthError } from '../errors/aauth-error.ts'
import { attempt } from '../limits/attempt.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { begin } from '../stores/begin.ts'
import { firstOf } from '../stores/checked-call.ts'
import type { FoundRevocation } from '../stores/revocation-store.ts'
import { findRevocation } from '../stores/revocation-store.ts'
import type { MayWait } from '../stores/store-kind.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { tokenKey } from '../token/names.ts'
import { renewalRequirement } from '../token/renewal-requirement.ts'
import { quoted } from '../wire/quoted.ts'
import type { ResourceState } from './state.ts'

/** The claims by which a token can be revoked. */
type Issued = Pick<VerifiedClaims, 'iss' | 'jti' | 'iat'> & Partial<Pick<VerifiedClaims, 'mission'>>

/**
 * Whether a token became invalid before its `exp`: it was revoked, or its issuer was purged after it was issued.
 * Also applies purges that other processes recorded, so that the cached data of the issuer is dropped here too.
 *
 * @throws {AAuthError} `server_error` (or the promise rejects) when the store fails
 */
export function isRevoked(
  state: ResourceState,
  token: Issued,
  budget?: WaitBudget,
): boolean | Promise<boolean> {
  const { mission } = token
  const found = findRevocation(state.revocations, token, budget)
  const approver = mission && mission.approver !== token.iss ? mission.approver : undefined
  if (approver !== undefined && state.missionMonitor !== undefined)
    return isRevokedByEither(state, token, approver, found, budget)
  return found instanceof Promise
    ? found.then((answer) => judge(state, token, answer))
    : judge(state, token, found)
}

/** What the answer of the store means for a token. */
function judge(state: ResourceState, token: Issued, { revoked, purgedAt }: FoundRevocation): boolean {
  const { iss, iat, mission } = token
  state.purges.note(iss, purgedAt)
  // The mission may have been terminated along with the token (docs/decisions.md#revoked-and-mission).
  // If the suspicion cannot be recorded, a later query notices the revocation again.
  if (revoked && mission) suspect(state, token, mission)
  const isOver = revoked || (purgedAt !== undefined && iat < purgedAt)
  if (isOver) state.clean?.changed(tokenKey(token))
  return isOver
}

function suspect({ missionMonitor }: ResourceState, token: Issued, mission: Mission): void {
  attempt(() => missionMonitor?.suspect(token, mission))
}

/**
 * Mission statuses come from the approver, so its purge counts as well. Both are queried before either is awaited.
 */
function isRevokedByEither(
  state: ResourceState,
  token: Issued,
  approver: string,
  found: MayWait<FoundRevocation>,
  budget: WaitBudget | undefined,
): MayWait<boolean> {
  const ofApprover = begin(() => findRevocation(state.revocations, { iss: approver, jti: token.jti }, budget))
  const judgeOwn = (own: FoundRevocation): boolean => judge(state, token, own)
  const judgeBoth = (own: FoundRevocation, { purgedAt }: FoundRevocation): boolean => {
    state.purges.note(approver, purgedAt)
    return judgeOwn(own)
  }
  if (found instanceof Promise) return judgeLater(found, ofApprover, judgeOwn, judgeBoth)
  const other = ofApprover()
  return other instanceof Promise
    ? judgeLater(found, ofApprover, judgeOwn, judgeBoth)
    : judgeBoth(found, other)
}

/** If one of both queries fails, the other counts all the same: the token may be revoked. */
async function judgeLater(
  found: MayWait<FoundRevocation>,
  ofApprover: () => MayWait<FoundRevocation>,
  judge: (own: FoundRevocation) => boolean,
  judgeBoth: (own: FoundRevocation, other: FoundRevocation) => boolean,
): Promise<boolean> {
  const [own, other] = await Promise.allSettled([found, (async () => ofApprover())()])
  if (own.status === 'fulfilled') {
    if (other.status === 'fulfilled') return judgeBoth(own.value, other.value)
    if (judge(own.value)) return true
    throw other.reason
  }
  throw other.status === 'fulfilled' ? own.reason : firstOf([own.reason, other.reason])
}

/** The error for a token whose `exp` has passed. */
export function expired({ kind, generation, exp }: VerifiedClaims): AAuthError {
  return new AAuthError('expired_jwt', {
    hint: `the token expired at ${exp}: the agent must get another one`,
    ...renewalRequirement(kind, generation),
  })
}

/** The error for a revoked token, in response to which no resource token is issued (R11-161). */
export function revoked({ claims }: { readonly claims: VerifiedClaims }): AAuthError {
  return new AAuthError('revoked_jwt', {
    hint: `token ${quoted(claims.jti)} of ${quoted(claims.iss)} is revoked: the agent must get another one`,
    ...renewalRequirement(claims.kind, claims.generation),
  })
}
