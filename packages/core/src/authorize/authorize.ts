import { isAAuthError } from '../errors/aauth-error.ts'
import { completeRefusal } from '../errors/pending-step-up.ts'
import { type Deadline, decideWithin } from '../limits/deadline.ts'
import { afterwards } from '../limits/in-turn.ts'
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
export async function authorize<
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
  const state = stateOf(resource)
  const compiled = state.compile(requirement)
  const times = state.events.hearsDecisions ? new StageTimes() : undefined
  const grounds: Grounds = { point: 'guard', request, requirement: compiled.name, times }
  const { alternative, optional } = compiled
  let caller: Caller | undefined
  try {
    const beside = alternative && { alternative, read: snapshot(request) }
    const presented = beside && presentedCredential(beside.alternative, beside.read)
    if (beside !== undefined && presented === 'other')
      caller = await decideBeside(state, grounds, compiled, beside)
    else if (!optional || presented === 'aauth' || !isUnsigned(request)) {
      const later = Object.hasOwn(options, 'content') && options.content === 'later'
      const decided = decideWithin(state, (deadline) => decide(state, grounds, compiled, later, deadline))
      caller = decided instanceof Promise ? await decided : decided
    }
  } catch (error) {
    // `check` may step up.
    throw refuse(state, grounds, isAAuthError(error) ? await completeRefusal(error) : error)
  }
  const accepted = accept(state, grounds)
  if (accepted !== undefined) await accepted
  return caller as Authorized<Accept, Optional, Person, Alternative>
}

function decide(
  state: ResourceState,
  grounds: Grounds,
  requirement: CompiledRequirement,
  later: boolean,
  deadline: Deadline,
): Auth | Promise<Auth> {
  const { request, times } = grounds
  const goOn = (verified: VerifiedRequest): Auth | Promise<Auth> => {
    noteCaller(request, { state, verified })
    return judge(state, grounds, requirement, verified, later, deadline)
  }
  const verifyNow = (): Auth | Promise<Auth> => {
    const now = state.settings.now()
    const read = snapshot(request)
    const untrusted = readRequest(state, read, requirement, now)
    times?.end('read')
    return afterwards(verifyRequest(state, read, untrusted, requirement, now, deadline), goOn)
  }
  const before = knownCaller(state, request)?.verified
  if (before === undefined) return verifyNow()
  return reuse(state, request, requirement, before).then((verified) =>
    verified === undefined ? verifyNow() : goOn(verified),
  )
}

/** Whether the mission is active, whose key it is, and what the route requires: in this order. */
function judge(
  state: ResourceState,
  { request, times }: Grounds,
  requirement: CompiledRequirement,
  verified: VerifiedRequest,
  later: boolean,
  deadline: Deadline,
): Auth | Promise<Auth> {
  times?.end('verify')
  if (!later) assertContentCompared(verified)
  const lookUp = (): void | Promise<void> =>
    deadline.waitFor('"stores.revocations"', lookUpLink(state, verified))
  const enforce = (): Auth | Promise<Auth> => {
    times?.end('mission')
    return enforceRequirement(state, request, verified, requirement, deadline)
  }
  const accept = (auth: Auth): Auth => {
    if (!verified.stale) state.clean?.note(verified.token, verified.live.askedAt)
    times?.end('requirement')
    return auth
  }
  const lookAgain = (auth: Auth): Auth | Promise<Auth> => {
    // No request is accepted by answers that are older than a second, however long its checks took.
    if (isRecent(verified.live)) return accept(auth)
    return afterwards(deadline.waitFor('the stores', assertStillGood(state, verified)), () => accept(auth))
  }
  const living = deadline.waitFor('the status of the mission', assertMissionOf(state, verified))
  return afterwards(afterwards(afterwards(living, lookUp), enforce), lookAgain)
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
