import { AAuthError } from '../errors/aauth-error.ts'
import { assertMissionObtainable } from '../issue/assert-mission-obtainable.ts'
import { askForAuthToken, challengeKind, type MakeTerms } from '../issue/challenge.ts'
import { redeemsAgentToken, requireToken } from '../issue/redeems-agent-token.ts'
import type { Deadline } from '../limits/deadline.ts'
import type { FoundSession } from '../resource/managed-access.ts'
import { assertMission } from '../resource/mission-requirement.ts'
import type { CompiledRequirement } from '../resource/requirement.ts'
import type { ResourceState } from '../resource/state.ts'
import { isListed } from '../resource/trust.ts'
import { type Auth, authOf, classOf, isAccepted } from '../token/auth.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { seal } from '../verify/provenance.ts'
import { routedRequest } from '../verify/routed-request.ts'
import type { VerifiedRequest } from '../verify/verified-request.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { termsOf, thrownBy } from './terms-of.ts'

/**
 * Checks that a verified request meets the requirement of the route, in the order of docs/decisions.md#order-of-faults: a
 * mission that a resource token could not add, kind, person, scope, mission, class, account, `check`.
 * @throws {AAuthError} a challenge (401) or a refusal (403) (or the promise rejects)
 */
export function enforceRequirement(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  deadline: Deadline,
  found?: FoundSession,
): Auth | Promise<Auth> {
  assertMissionObtainable(verified, requirement)
  const challenge = challengeFor(state, request, verified, requirement, found?.scopes)
  if (challenge !== undefined) return refuseWith(challenge, deadline)
  const auth = identityOf(verified, requirement, found)
  assertMission(auth.mission, requirement)
  checkClass(auth, verified.linkedProvider, requirement)
  const terms = auth.mission === undefined ? undefined : checkTerms(state, auth, requirement, deadline)
  return terms === undefined
    ? enforceFurther(state, request, verified, requirement, auth, deadline)
    : enforceLater(terms, state, request, verified, requirement, auth, deadline)
}

async function enforceLater(terms: Promise<void>, ...rest: Parameters<typeof enforceFurther>): Promise<Auth> {
  await terms
  return enforceFurther(...rest)
}

/** What the route itself asks. */
function enforceFurther(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  auth: Auth,
  deadline: Deadline,
): Auth | Promise<Auth> {
  const { account, check, classPolicy } = requirement
  if (account !== undefined) checkAccount(auth, routedRequest(request, verified.transport), account)
  // `check` receives an identity like any handler, and may step up with it.
  seal(auth, { state, request, verified, classPolicy, mission: requirement })
  return check === undefined
    ? auth
    : checkLast(auth, routedRequest(request, verified.transport), check, deadline)
}

type Challenge = AAuthError | Promise<AAuthError>

/**
 * The challenge for a token that another one must replace, if the agent needs another one.
 * @param granted what counts in place of the scopes of the token
 */
export function challengeFor(
  state: ResourceState,
  request: SignedRequest,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  granted: readonly string[] = verified.token.claims.scopes,
): Challenge | undefined {
  const { claims } = verified.token
  const terms = termsOf(requirement, () => {
    const auth = identityOf(verified, requirement)
    seal(auth, { state, request, verified, classPolicy: requirement.classPolicy, mission: requirement })
    return auth
  })
  if (!isAccepted(requirement.accept, claims.kind, claims.generation))
    return challengeKind(state, verified, requirement, terms)
  if (requirement.personRequired && !namesPerson(claims)) return personMissing(state, verified, requirement)
  if (!requirement.scopes.every((scope) => granted.includes(scope)))
    return askForAuthToken(state, verified, requirement, undefined, undefined, terms)
  if (requirement.missionRequired && claims.mission === undefined)
    return missionMissing(state, verified, requirement, terms)
  return undefined
}

async function refuseWith(challenge: Challenge, deadline: Deadline): Promise<never> {
  throw await deadline.waitFor('the issuing of a resource token', challenge)
}

export function identityOf(
  { token: { claims, template }, covered }: VerifiedRequest,
  { trust }: CompiledRequirement,
  found?: FoundSession,
): Auth {
  // The template, which all routes share, does not take the lists of the route into account.
  const provesMore =
    template.class === undefined && trust !== undefined && isListed(trust, claims.role, claims.iss)
  return authOf(template, covered, provesMore ? classOf(claims) : undefined, found)
}

/** An agent token does not name a person: its `sub` is the agent. */
export function namesPerson({ kind, sub }: VerifiedClaims): boolean {
  return kind !== 'agent-token' && sub !== undefined
}

/** An agent that can obtain a person token is asked for one; before draft 11 there are none. */
async function personMissing(
  state: ResourceState,
  { token: { claims } }: VerifiedRequest,
  { trust, missionRequired }: CompiledRequirement,
): Promise<AAuthError> {
  if (claims.kind === 'agent-token' && !(await redeemsAgentToken(state, claims, trust)))
    return requireToken('person-token', missionRequired)
  return new AAuthError('person_required', {
    hint: 'the route requires a person and the token does not name one: the agent must get one that does',
  })
}

/**
 * A mission that the agent only asserts can affect a resource token, but never grants access (MISS-4, MISS-10). Faults
 * that a resource token could not repair were refused before.
 */
function missionMissing(
  state: ResourceState,
  verified: VerifiedRequest,
  requirement: CompiledRequirement,
  terms: MakeTerms | undefined,
): Promise<AAuthError> | AAuthError {
  return requirement.accept.has('auth-token')
    ? askForAuthToken(state, verified, requirement, undefined, undefined, terms)
    : requireToken('person-token', true)
}

/**
 * An unknown provider does not match (CLASS-2). A provider that vouched for the key takes precedence over the provider
 * that a person server names.
 */
export function checkClass(
  auth: Auth,
  linked: string | undefined,
  { providers, classPolicy }: CompiledRequirement,
): void {
  if (providers === undefined) return
  const claimed = auth.class?.provider
  const isContradicted = claimed !== undefined && linked !== undefined && linked !== claimed
  if (isContradicted || (linked !== undefined && !providers.includes(linked)))
    throw new AAuthError('class_mismatch', {
      hint: `the key of the agent is linked to the agent provider ${quoted(linked)}, and the route accepts ${providers.join(' or ')}: list it in "class" if its agents may act`,
    })
  if (claimed === undefined) {
    if (classPolicy === 'mission-only') return
    throw new AAuthError('class_unverifiable', {
      hint: 'the token proves no agent provider: list its issuer in "trust", or set "classPolicy"',
    })
  }
  if (!providers.includes(claimed))
    throw new AAuthError('class_mismatch', {
      hint: `the agent provider is ${quoted(claimed)}, and the route accepts ${providers.join(' or ')}: list it in "class" if its agents may act`,
    })
}

/** The mission blob, which the operator may have, records what the person agreed to. */
export function checkTerms(
  { missionMonitor }: ResourceState,
  auth: Auth,
  { tool, classPolicy, providers }: CompiledRequirement,
  deadline: Deadline,
): void | Promise<void> {
  const terms = { tool, classPolicy, classWanted: providers !== undefined }
  return deadline.waitFor('"blobs" of monitorMissions', missionMonitor?.assertWithinTerms?.(auth, terms))
}

export function checkAccount(
  auth: Auth,
  request: RoutedRequest,
  wanted: NonNullable<CompiledRequirement['account']>,
): void {
  let account: unknown = wanted
  try {
    if (typeof wanted === 'function') account = wanted(request)
  } catch {
    account = undefined
  }
  if (account instanceof Promise) account.catch(() => undefined)
  if (typeof account !== 'string' || auth.account !== account) {
    throw new AAuthError('access_denied', { hint: 'the token is bound to another account, or to none' })
  }
}

async function checkLast(
  auth: Auth,
  request: RoutedRequest,
  check: NonNullable<CompiledRequirement['check']>,
  deadline: Deadline,
): Promise<Auth> {
  let verdict: unknown
  try {
    verdict = await deadline.waitFor('"check"', check(auth as never, request))
  } catch (error) {
    throw thrownBy('check', error, 'false to refuse the request')
  }
  if (verdict === true) return auth
  const remedy = verdict === false ? '' : ': return true to accept the request'
  throw new AAuthError('access_denied', { hint: `"check" returned ${kindOf(verdict)}${remedy}` })
}

/** The value that `check` returned may be data of the application, so only its type is shown. */
function kindOf(verdict: unknown): string {
  return typeof verdict === 'string' ? 'a string' : quoted(verdict)
}
