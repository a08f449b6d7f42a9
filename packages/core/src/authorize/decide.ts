import { clearedAfter, Deadline, decideWithin } from '../limits/deadline.ts'
import type { CompiledAlternative } from '../resource/alternative-credential.ts'
import { isRecent, queryLiveState } from '../resource/live-state.ts'
import type { Caller, CompiledRequirement, OtherCaller } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { checkCoverage } from '../signature/coverage.ts'
import type { Auth } from '../token/auth.ts'
import { assertMissionOf } from '../verify/assert-mission.ts'
import { assertStillGood } from '../verify/assert-still-good.ts'
import { assertUnrevoked, mayRelyOnLast } from '../verify/assert-unrevoked.ts'
import { knownCaller, noteCaller } from '../verify/known-caller.ts'
import { lookUpLink } from '../verify/linked-provider.ts'
import { readRequest, requiredFor } from '../verify/read-request.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { verifyRequest } from '../verify/verify-request.ts'
import { isUnsigned } from '../wire/signature-headers.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { snapshot } from '../wire/snapshot.ts'
import { assertContentCompared } from './content.ts'
import { decideOther, presentedCredential } from './decide-other.ts'
import type { Grounds } from './decision-event.ts'
import { enforceRequirement } from './enforce-requirement.ts'
import { enforceWithSession } from './enforce-with-session.ts'

/** One decision, and what it may still wait for. */
interface Decision {
  readonly state: ResourceState
  readonly grounds: Grounds
  readonly requirement: CompiledRequirement
  /** Whether the content is compared later. */
  readonly later: boolean
  readonly deadline: Deadline
}

/**
 * Whoever sent a request, by AAuth or by the `alternative` of the route. Functions that wait are apart from those that need
 * not, since a function with closures, or an `async` one, makes objects for every request (bench/README.md#fast-path).
 */
export function decideCaller(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  later: boolean,
): Caller | undefined | Promise<Caller | undefined> {
  const { request } = grounds
  const { alternative, optional } = requirement
  const beside = alternative && { alternative, read: snapshot(request) }
  const presented = beside && presentedCredential(beside.alternative, beside.read)
  if (beside !== undefined && presented === 'other') return decideBeside(state, grounds, requirement, beside)
  if (optional && presented !== 'aauth' && isUnsigned(request)) return undefined
  const deadline = new Deadline(state.settings.limits.requestDeadline)
  return clearedAfter(deadline, decide({ state, grounds, requirement, later, deadline }))
}

function decide(decision: Decision): Auth | Promise<Auth> {
  const before = knownCaller(decision.state, decision.grounds.request)?.verified
  return before === undefined ? decideNew(decision) : decideAgain(decision, before)
}

/** Decides a request that an earlier guard of this resource has verified. */
async function decideAgain(decision: Decision, before: VerifiedRequest): Promise<Auth> {
  const verified = await reuse(decision.state, decision.grounds.request, decision.requirement, before)
  if (verified !== undefined) return judge(decision, verified)
  decision.grounds.isRetargeted = isRetargeted(decision.grounds.request, before)
  return decideNew(decision)
}

/** Decides a request that no guard has verified yet. */
function decideNew(decision: Decision): Auth | Promise<Auth> {
  const { state, grounds, requirement, deadline } = decision
  const now = state.settings.now()
  const read = snapshot(grounds.request)
  const untrusted = readRequest(state, read, requirement, now)
  grounds.times?.end('read')
  const verified = verifyRequest(state, read, untrusted, requirement, now, deadline)
  return verified instanceof Promise ? decideLater(decision, verified) : decideVerified(decision, verified)
}

async function decideLater(decision: Decision, verifying: Promise<VerifiedRequest>): Promise<Auth> {
  return decideVerified(decision, await verifying)
}

function decideVerified(decision: Decision, verified: VerifiedRequest): Auth | Promise<Auth> {
  const { state, grounds } = decision
  noteCaller(grounds.request, { state, verified })
  if (grounds.isRetargeted === true) grounds.isRetargeted = false
  return judge(decision, verified)
}

/** Whether the mission is active, who vouches for the key, and what the route requires: in this order. */
function judge(decision: Decision, verified: VerifiedRequest): Auth | Promise<Auth> {
  const { state, grounds, later } = decision
  grounds.times?.end('verify')
  if (!later) assertContentCompared(verified)
  const living = assertMissionOf(state, verified)
  const linked = living === undefined ? lookUpLink(state, verified) : undefined
  return living === undefined && linked === undefined
    ? enforce(decision, verified)
    : judgeLater(decision, verified, living, linked)
}

async function judgeLater(
  decision: Decision,
  verified: VerifiedRequest,
  living: Promise<void> | void,
  begun: Promise<void> | void,
): Promise<Auth> {
  const { state, deadline } = decision
  if (living !== undefined) await deadline.waitFor('the status of the mission', living)
  const linked = living === undefined ? begun : lookUpLink(state, verified)
  if (linked !== undefined) await deadline.waitFor('"stores.revocations"', linked)
  return enforce(decision, verified)
}

function enforce(decision: Decision, verified: VerifiedRequest): Auth | Promise<Auth> {
  const { state, grounds, requirement, deadline } = decision
  grounds.times?.end('mission')
  const auth = requirement.sessions
    ? enforceWithSession(state, grounds.request, verified, requirement, deadline)
    : enforceRequirement(state, grounds.request, verified, requirement, deadline)
  if (auth instanceof Promise || !state.answersAtOnce) return lookAgain(decision, verified, auth)
  grounds.times?.end('requirement')
  return auth
}

/** No request is accepted by answers that are older than a second, however long its checks took. */
async function lookAgain(
  { state, grounds, deadline }: Decision,
  verified: VerifiedRequest,
  enforced: Auth | Promise<Auth>,
): Promise<Auth> {
  const auth = await enforced
  if (!isRecent(verified.live)) await deadline.waitFor('the stores', assertStillGood(state, verified))
  if (!verified.stale) state.clean?.note(verified.token, verified.live.askedAt)
  grounds.times?.end('requirement')
  return auth
}

/** The request carries the `alternative` of its route, which is told of every decision about it. */
async function decideBeside(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  { alternative, read }: { readonly alternative: CompiledAlternative; readonly read: SignedRequest },
): Promise<OtherCaller> {
  noteCaller(grounds.request, { state, other: alternative.scheme })
  return decideWithin(state, (deadline) =>
    decideOther(state, grounds, read, requirement, alternative, deadline),
  )
}

/** Middleware between the guards may have changed the target that is routed (E06). */
function isRetargeted({ method, target }: SignedRequest, { transport }: VerifiedRequest): boolean {
  return transport.method !== method || transport.rawTarget !== target
}

/**
 * The result of an earlier guard of this resource for the same request, checked against the requirement of this one.
 * Verifying again would make the second guard of a route report a replay (E23).
 */
async function reuse(
  state: ResourceState,
  request: SignedRequest,
  requirement: CompiledRequirement,
  verified: VerifiedRequest,
): Promise<VerifiedRequest | undefined> {
  const { claims } = verified.token
  if (isRetargeted(request, verified)) return undefined
  if (state.settings.now() >= claims.exp) return undefined
  if (!isRecent(verified.live)) {
    verified.live = queryLiveState(state, verified.token, verified.budget)
    verified.stale = false
  }
  const marks = requirement.singleUse && !requirement.marksLater
  if (marks) verified.marked = true
  const mayRely = mayRelyOnLast(verified.transport, verified.marked)
  if (await assertUnrevoked(state, verified.token, verified.live, mayRely)) verified.stale = true
  assertIssuerTrusted(state, requirement.trust, claims)
  checkCoverage(verified.covered, requiredFor(state, request, requirement, verified.hasNonce), undefined)
  if (marks) await verified.markUsed()
  return verified
}
