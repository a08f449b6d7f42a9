import { type AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import { completeRefusal } from '../errors/pending-step-up.ts'
import type { AlternativeCredential } from '../resource/alternative-credential.ts'
import type {
  AnyRequirement,
  Authorized,
  Caller,
  CompiledRequirement,
  Requirement,
} from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { ResourceState } from '../resource/state.ts'
import { isResource, stateOf } from '../resource/state-of.ts'
import type { PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { accept, forgetReported, noteAcceptance, refuse } from './conclude.ts'
import { decideCaller } from './decide.ts'
import type { Grounds } from './decision-event.ts'
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
    const concluded = conclude(resource, request, requirement as AnyRequirement, options)
    return (
      concluded instanceof Refused ? rejectLater(concluded.refusal) : Promise.resolve(concluded)
    ) as Promise<Authorized<Accept, Optional, Person, Alternative>>
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * `authorize` without a promise where nothing has to be waited for, such as a key that is fetched. For adapters:
 * applications use `authorize`, which always returns a promise.
 *
 * @returns as `authorize` for the same `requirement`, at once or as a promise
 * @throws {AAuthError} for every refusal (or the promise rejects with it)
 * @throws {TypeError} as `authorize`
 */
export function authorizeNow(
  resource: Resource,
  request: SignedRequest,
  requirement: AnyRequirement,
  options: AuthorizeOptions = contentAtHand,
): Caller | undefined | Promise<Caller | undefined> {
  const concluded = conclude(resource, request, requirement, options)
  if (concluded instanceof Refused) throw concluded.refusal
  return concluded
}

/**
 * `authorizeNow` for a requirement that was compiled before.
 * @throws {AAuthError} for every refusal (the promise rejects)
 */
export async function authorizeCompiled(
  state: ResourceState,
  request: SignedRequest,
  compiled: CompiledRequirement,
  options: AuthorizeOptions,
): Promise<Caller | undefined> {
  const concluded = await concludeNow(state, request, compiled, options)
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

function conclude(
  resource: Resource,
  request: SignedRequest,
  requirement: AnyRequirement,
  options: AuthorizeOptions,
): Caller | undefined | Refused | Promise<Caller | undefined> {
  const state = stateOf(resource)
  const compiled = state.compile(requirement)
  const tracing = state.platform.channels?.authorize
  if (tracing?.hasSubscribers !== true) return concludeNow(state, request, compiled, options)
  const context = { issuer: resource.issuer, requirement: compiled.name, method: request.method }
  return tracing.trace(async () => {
    const concluded = await concludeNow(state, request, compiled, options)
    if (concluded instanceof Refused) throw concluded.refusal
    return concluded
  }, context)
}

function concludeNow(
  state: ResourceState,
  request: SignedRequest,
  compiled: CompiledRequirement,
  options: AuthorizeOptions,
): Caller | undefined | Refused | Promise<Caller | undefined> {
  const times = state.events.hearsDecisions ? new StageTimes() : undefined
  if (times !== undefined) forgetReported(request)
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
  if (accepted !== undefined) return acceptRecorded(state, grounds, caller, accepted)
  noteAcceptance(state, grounds.request)
  return caller
}

async function acceptRecorded(
  state: ResourceState,
  { request }: Grounds,
  caller: Caller | undefined,
  accepted: Promise<void>,
): Promise<Caller | undefined> {
  await accepted
  noteAcceptance(state, request)
  return caller
}

/** Checks a requirement without a request, so that mistakes are found at start-up. @throws {TypeError} */
export function validateRequirement(resource: Resource, requirement: AnyRequirement): void {
  if (!isResource(resource) && isResource(requirement))
    throw new TypeError('the second argument is a resource: write protect(resource, requirement)')
  stateOf(resource).compile(requirement)
}
