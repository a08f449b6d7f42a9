import { type AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import { completeRefusal } from '../errors/pending-step-up.ts'
import { clearedAfter, Deadline, decideWithin } from '../limits/deadline.ts'
import type { AlternativeCredential, CompiledAlternative } from '../resource/alternative-credential.ts'
import { isRecent, queryLiveState } from '../resource/live-state.ts'
import type {
  AnyRequirement,
  Authorized,
  Caller,
  CompiledRequirement,
  OtherCaller,
  Requirement,
} from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { isResource, stateOf } from '../resource/state-of.ts'
import { assertIssuerTrusted } from '../resource/trusted-issuers.ts'
import { checkCoverage } from '../signature/coverage.ts'
import type { Auth, PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
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
import { accept, refuse } from './conclude.ts'
import { assertContentCompared } from './content.ts'
import { decideOther, presentedCredential } from './decide-other.ts'
import type { Grounds } from './decision-event.ts'
import { enforceRequirement } from './enforce-requirement.ts'
import { StageTimes } from './stage-times.ts'

const anyAuthToken: AnyRequirement = Object.freeze({})

/** How {@link authorize} treats the content of a request. */
export interface AuthorizeOptions {
  /**
   * With `'later'`, a request whose signature covers `content-digest` is decided before its content is read. You then
   * read the content and compare it with `verifyContent` or `bindContent` before you act on the request. By default such
   * a request must have a `body`.
   */
  readonly content?: 'later'
}

const contentAtHand: AuthorizeOptions = Object.freeze({})

/**
 * Verifies one request: who is calling, and whether the caller meets `requirement`.
 *
 * The cheapest checks come first, and nothing is fetched for a caller that has not proved possession of its key. A request
 * object that was accepted by one guard is not verified again by the next guard of the same resource.
 *
 * If the signature covers `content-digest`, the request needs a `body`, which is compared with the digest. Without it the
 * request is refused with `server_error`, unless `options` say that the content is compared later.
 *
 * @returns the verified, frozen identity; `undefined` only with `optional` and without any credential; an `OtherCaller`
 * only with `alternative` and without any AAuth credential
 * @throws {AAuthError} for every refusal; other errors occur only if an argument is invalid
 * @throws {TypeError} if `requirement` is malformed, or `resource` was not made by `createResource`
 * @see draft 11 §11.3.4, docs/decisions.md#order-of-checks
 * @example
 * ```ts
 * import { answer, authorize } from '@aauth-guard/core'
 * import type { Answer, Resource, SignedRequest } from '@aauth-guard/core'
 *
 * export async function whoIsIt(resource: Resource, request: SignedRequest): Promise<Answer | string> {
 *   try {
 *     const auth = await authorize(resource, request, { accept: 'agent-token' })
 *     return auth.agent
 *   } catch (error) {
 *     return answer(error)
 *   }
 * }
 * ```
 */
export function authorize<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = false,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
>(
  resource: Resource,
  request: SignedRequest,
  requirement: Requirement<Accept, Optional, Person, Alternative> = anyAuthToken as Requirement<
    Accept,
    Optional,
    Person,
    Alternative
  >,
  options: AuthorizeOptions = contentAtHand,
): Promise<Authorized<Accept, Optional, Person, Alternative>> {
  try {
    const concluded = concludeNow(resource, request, requirement as AnyRequirement, options)
    return (
      concluded instanceof Refused ? rejectLater(concluded.refusal) : Promise.resolve(concluded)
    ) as Promise<Authorized<Accept, Optional, Person, Alternative>>
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * The same without a promise where nothing has to be waited for, for adapters.
 * @throws {AAuthError} as {@link authorize} (or the promise rejects)
 * @throws {TypeError} as {@link authorize}
 */
export function authorizeNow(
  resource: Resource,
  request: SignedRequest,
  requirement: AnyRequirement,
  options: AuthorizeOptions = contentAtHand,
): Caller | undefined | Promise<Caller | undefined> {
  const concluded = concludeNow(resource, request, requirement, options)
  if (concluded instanceof Refused) throw concluded.refusal
  return concluded
}

/** A refusal that is returned, since each `throw` looks up where in the source it happens, which takes microseconds. */
class Refused {
  readonly refusal: AAuthError

  constructor(refusal: AAuthError) {
    this.refusal = refusal
  }
}

/** A promise that is rejected before anybody listens is reported to the process first. */
function rejectLater(error: unknown): Promise<never> {
  return new Promise((_, reject) => queueMicrotask(() => reject(error)))
}

function concludeNow(
  resource: Resource,
  request: SignedRequest,
  requirement: AnyRequirement,
  options: AuthorizeOptions,
): Caller | undefined | Refused | Promise<Caller | undefined> {
  const state = stateOf(resource)
  const compiled = state.compile(requirement)
  const times = state.events.hearsDecisions ? new StageTimes() : undefined
  const grounds: Grounds = { point: 'guard', request, requirement: compiled.name, times }
  const later = Object.hasOwn(options, 'content') && options.content === 'later'
  let decided: Caller | undefined | Promise<Caller | undefined>
  try {
    decided = decideCaller(state, grounds, compiled, later)
  } catch (error) {
    // `check` may step up.
    const refusal = isAAuthError(error) ? completeRefusal(error) : error
    return refusal instanceof Promise
      ? refuseLater(state, grounds, refusal)
      : new Refused(refuse(state, grounds, refusal))
  }
  return decided instanceof Promise
    ? concludeLater(state, grounds, decided)
    : acceptCaller(state, grounds, decided)
}

async function concludeLater(
  state: ResourceState,
  grounds: Grounds,
  deciding: Promise<Caller | undefined>,
): Promise<Caller | undefined> {
  let caller: Caller | undefined
  try {
    caller = await deciding
  } catch (error) {
    throw refuse(state, grounds, isAAuthError(error) ? await completeRefusal(error) : error)
  }
  return acceptCaller(state, grounds, caller)
}

async function refuseLater(
  state: ResourceState,
  grounds: Grounds,
  completing: Promise<AAuthError>,
): Promise<never> {
  throw refuse(state, grounds, await completing)
}

function acceptCaller(
  state: ResourceState,
  grounds: Grounds,
  caller: Caller | undefined,
): Caller | undefined | Promise<Caller | undefined> {
  const accepted = accept(state, grounds)
  return accepted === undefined ? caller : thenReturn(accepted, caller)
}

async function thenReturn<T>(done: Promise<void>, value: T): Promise<T> {
  await done
  return value
}

/** Whoever sent a request, by AAuth or by the `alternative` of the route. */
function decideCaller(
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
  return clearedAfter(deadline, decide(state, grounds, requirement, later, deadline))
}

function decide(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  later: boolean,
  deadline: Deadline,
): Auth | Promise<Auth> {
  const before = knownCaller(state, grounds.request)?.verified
  return before === undefined
    ? decideNew(state, grounds, requirement, later, deadline)
    : decideAgain(state, grounds, requirement, before, later, deadline)
}

/** Decides a request that an earlier guard of this resource has verified. */
async function decideAgain(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  before: VerifiedRequest,
  later: boolean,
  deadline: Deadline,
): Promise<Auth> {
  const verified = await reuse(state, grounds.request, requirement, before)
  return verified === undefined
    ? decideNew(state, grounds, requirement, later, deadline)
    : judge(state, grounds, requirement, verified, later, deadline)
}

/** Decides a request that no guard has verified yet. */
function decideNew(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  later: boolean,
  deadline: Deadline,
): Auth | Promise<Auth> {
  const { request, times } = grounds
  const now = state.settings.now()
  const read = snapshot(request)
  const untrusted = readRequest(state, read, requirement, now)
  times?.end('read')
  const verified = verifyRequest(state, read, untrusted, requirement, now, deadline)
  if (verified instanceof Promise) return decideLater(state, grounds, requirement, verified, later, deadline)
  noteCaller(request, { state, verified })
  return judge(state, grounds, requirement, verified, later, deadline)
}

async function decideLater(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  verifying: Promise<VerifiedRequest>,
  later: boolean,
  deadline: Deadline,
): Promise<Auth> {
  const verified = await verifying
  noteCaller(grounds.request, { state, verified })
  return judge(state, grounds, requirement, verified, later, deadline)
}

/**
 * Whether the mission is active, who vouches for the key, and what the route requires: in this order. Functions that
 * wait are apart, since a closure here would be made for every request.
 */
function judge(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  verified: VerifiedRequest,
  later: boolean,
  deadline: Deadline,
): Auth | Promise<Auth> {
  grounds.times?.end('verify')
  if (!later) assertContentCompared(verified)
  const living = assertMissionOf(state, verified)
  const linked = living === undefined ? lookUpLink(state, verified) : undefined
  if (living !== undefined || linked !== undefined)
    return judgeLater(state, grounds, requirement, verified, living, linked, deadline)
  return enforce(state, grounds, requirement, verified, deadline)
}

async function judgeLater(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  verified: VerifiedRequest,
  living: Promise<void> | void,
  begun: Promise<void> | void,
  deadline: Deadline,
): Promise<Auth> {
  if (living !== undefined) await deadline.waitFor('the status of the mission', living)
  const linked = living === undefined ? begun : lookUpLink(state, verified)
  if (linked !== undefined) await deadline.waitFor('"stores.revocations"', linked)
  return enforce(state, grounds, requirement, verified, deadline)
}

function enforce(
  state: ResourceState,
  { request, times }: Grounds,
  requirement: CompiledRequirement,
  verified: VerifiedRequest,
  deadline: Deadline,
): Auth | Promise<Auth> {
  times?.end('mission')
  const auth = enforceRequirement(state, request, verified, requirement, deadline)
  if (!state.answersAtOnce || auth instanceof Promise)
    return lookAgain(state, verified, auth, times, deadline)
  times?.end('requirement')
  return auth
}

/** No request is accepted by answers that are older than a second, however long its checks took. */
async function lookAgain(
  state: ResourceState,
  verified: VerifiedRequest,
  enforced: Auth | Promise<Auth>,
  times: StageTimes | undefined,
  deadline: Deadline,
): Promise<Auth> {
  const auth = await enforced
  if (!isRecent(verified.live)) await deadline.waitFor('the stores', assertStillGood(state, verified))
  if (!verified.stale) state.clean?.note(verified.token, verified.live.askedAt)
  times?.end('requirement')
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

/** Checks a requirement without a request, so that mistakes are found at start-up. @throws {TypeError} */
export function validateRequirement(resource: Resource, requirement: AnyRequirement): void {
  if (!isResource(resource) && isResource(requirement))
    throw new TypeError('the second argument is a resource: write protect(resource, requirement)')
  stateOf(resource).compile(requirement)
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
  // Middleware between the guards may have changed the target that is routed (E06).
  if (verified.transport.method !== request.method || verified.transport.rawTarget !== request.target)
    return undefined
  if (state.settings.now() >= claims.exp) return undefined
  if (!isRecent(verified.live)) {
    verified.live = queryLiveState(state, verified.token, verified.budget)
    verified.stale = false
  }
  if (requirement.singleUse) verified.marked = true
  const mayRely = mayRelyOnLast(verified.transport, verified.marked)
  if (await assertUnrevoked(state, verified.token, verified.live, mayRely)) verified.stale = true
  assertIssuerTrusted(state.settings, requirement.trust, claims)
  checkCoverage(verified.covered, requiredFor(state, request, requirement, verified.hasNonce), undefined)
  if (requirement.singleUse) await verified.markUsed()
  return verified
}
