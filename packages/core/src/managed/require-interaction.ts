import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { capabilitiesOf } from '../authorize/capabilities.ts'
import { termsOf } from '../authorize/terms-of.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { askForAuthToken } from '../issue/challenge.ts'
import { noteAsking } from '../resource/asks-person.ts'
import { assertScopesDescribed } from '../resource/described-scopes.ts'
import {
  type AnyRequirement,
  type AsksPerson,
  askingMark,
  type Requirement,
} from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import type { TokenKind } from '../token/kinds.ts'
import { personKey } from '../token/person-key.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { routedRequest } from '../verify/routed-request.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import { isLinked } from './arrive.ts'
import {
  type AskedBy,
  askPerson,
  leadPerson,
  ownerOfCaller,
  type Question,
  type WaitingRequest,
} from './ask-person.ts'
import { findConsent, grants } from './consent.ts'
import { findLed, isLedConsent } from './led-consent.ts'
import { type ManagedState, managedStateOf } from './managed-state.ts'
import { defaultPendingLifetime, maxPendingLifetime } from './pending-records.ts'

/** What a route asks a person. */
export interface InteractionRequirement<Verified extends Auth = Auth> {
  /** The scopes that the person is asked for. The resource must describe each one. */
  readonly scope: string | readonly string[]
  /**
   * `'interaction'` (default) gives the agent a code and the address of the page, so only agents that list the capability
   * `interaction` are answered so. `'approval'` gives the agent nothing: `notify` tells the person.
   *
   * `'person-server'` is for routes that take auth tokens only. The resource token has an `interaction` claim, by which the
   * person server sends the person to the page before it asks for its own consent. The route then requires an auth token
   * with `scope`, and that the person has agreed on the page. The code ends with the resource token, after 300 seconds.
   */
  readonly by?: AskedBy
  /** Seconds that a request waits. 60 to 3600, default 600. */
  readonly lifetime?: number
  /**
   * The consent that your application stored for this caller, by the id that `complete` returned; `undefined` if there is
   * none. The guard checks that it lives, belongs to the caller and contains `scope`. Default: that of the session, or with
   * `'person-server'` what the person agreed to last.
   */
  readonly consentOf?: (
    auth: Verified,
    request: RoutedRequest,
  ) => string | undefined | Promise<string | undefined>
  /** Called for each request that begins to wait. Required with `'approval'`. If it throws, the response is 503. */
  readonly notify?: (waiting: WaitingRequest) => void | Promise<void>
}

/**
 * Lets a person decide on a route: without a consent that contains `scope`, the response is 202 with a pending URL, which
 * the agent polls until the person has decided. An auth token that grants `scope` needs no consent.
 *
 * Agents that do not list the capability `interaction` are asked for an auth token if the route accepts one, and otherwise
 * refused with `access_denied`. The field is not signed, so it chooses a response and gives no right.
 *
 * With `by: 'person-server'` there is no 202: the person server leads the person to the page, and the route requires both
 * the auth token and what the person agreed to there.
 *
 * @returns the requirement for a guard, with a `check` that runs after its own
 * @throws {TypeError} for a resource without `managedAccess({ interaction })`, a route without `name`, a route that also
 * takes callers without AAuth or requires a scope of every token, and invalid options
 * @see draft 11 §6.2, §7.2.3, §11.6.3, §11.7
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { managedAccess, requireInteraction } from '@aauth-guard/core/managed'
 *
 * const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   scopes: { 'notes.read': 'Read your notes' },
 *   managed: managedAccess({ interaction: { url: 'https://notes.example/agents' } }),
 * })
 *
 * // Key and consent, as your application keeps them.
 * const consents = new Map<string, string>()
 *
 * export const readNotes = requireInteraction(
 *   resource,
 *   { name: 'notes.read', accept: ['agent-token', 'auth-token'] },
 *   { scope: 'notes.read', consentOf: (auth) => consents.get(auth.thumbprint) },
 * )
 * ```
 */
export function requireInteraction<
  Accept extends TokenKind = 'auth-token',
  Person extends PersonNeed = 'optional',
>(
  resource: Resource,
  requirement: Requirement<Accept, false, Person, never>,
  interaction: InteractionRequirement<AuthFor<Accept, Person>>,
): Requirement<Accept, false, Person, never> {
  const managed = managedStateOf(resource)
  const given = ownMembers(requirement) as AnyRequirement
  const { name, optional, alternative, check, scope, accept = 'auth-token' } = given
  const asked = checkQuestion(managed, name, interaction as InteractionRequirement<never>)
  assert(
    optional !== true && alternative === undefined,
    'the route also takes callers without AAuth, who could pass without a consent: leave out "optional" and "alternative"',
  )
  assert(
    scope === undefined,
    '"scope" of the route would be required of every token: name the scopes for requireInteraction alone',
  )
  const isLed = asked.by === 'person-server'
  const kinds = [accept].flat()
  assert(
    !isLed || (kinds.length === 1 && kinds[0] === 'auth-token'),
    '"accept" contains other tokens than auth tokens, for which no person server is asked: leave it out, or leave out by: \'person-server\'',
  )
  const mark: AsksPerson = {
    takesStanding: !isLed && asked.consentOf === undefined,
    interaction: isLed ? (auth, until) => claimFor(managed, asked, auth, until) : undefined,
  }
  const askAuthToken = async (auth: Auth): Promise<AAuthError> => {
    const { state, verified, mission } = provenanceOf(auth)
    const terms = termsOf({ challenge: given.challenge, asksPerson: mark }, () => auth)
    const needed = { ...mission, scopes: asked.scopes, trust: undefined }
    return askForAuthToken(state, verified, needed, undefined, undefined, terms)
  }
  const assertAgreed = isLed ? assertLed : assertConsent
  const checkConsent = async (auth: Auth, request: RoutedRequest): Promise<boolean> => {
    if (check !== undefined && (await check(auth as never, request)) !== true) return false
    return assertAgreed(
      managed,
      asked,
      kinds.includes('auth-token') ? askAuthToken : undefined,
      auth,
      request,
    )
  }
  noteAsking(checkConsent)
  const asking = {
    ...requirement,
    ...(isLed && { scope: asked.scopes }),
    check: checkConsent,
    [askingMark]: mark,
  }
  return asking as Requirement<Accept, false, Person, never>
}

type AskAuthToken = (auth: Auth) => Promise<AAuthError>

/** An auth token grants, and the person must have been at the page as well. */
async function assertLed(
  managed: ManagedState,
  asked: Asked,
  askAuthToken: AskAuthToken | undefined,
  auth: Auth,
  request: RoutedRequest,
): Promise<true> {
  if (await hasAgreed(managed, asked, auth, request)) return true
  throw await (askAuthToken as AskAuthToken)(auth)
}

async function claimFor(
  managed: ManagedState,
  asked: Asked,
  auth: Auth,
  until: number,
): Promise<InteractionClaim | undefined> {
  const { request, verified } = provenanceOf(auth)
  const met = await hasAgreed(managed, asked, auth, routedRequest(request, verified.transport))
  return met ? undefined : leadPerson(managed, auth, asked, until)
}

async function hasAgreed(
  managed: ManagedState,
  asked: Asked,
  auth: Auth,
  request: RoutedRequest,
): Promise<boolean> {
  const { route, scopes, consentOf } = asked
  const caller = ownerOfCaller(managed, auth)
  const id = await consentOf?.(auth as never, request)
  const found =
    consentOf === undefined
      ? await findLed(managed, caller, route)
      : id && (await findConsent(managed.records, id))
  if (!found || !(await isLedConsent(found, caller, scopes, managed.state.settings.now()))) return false
  const { owner, person } = found.consent
  // In drafts 01 to 10 the token that was presented first named nobody, so whoever came to the page could agree.
  return owner.person !== null || isLinked(managed, personKey(auth), person)
}

interface Asked extends Question {
  readonly consentOf: InteractionRequirement<never>['consentOf']
}

async function assertConsent(
  managed: ManagedState,
  asked: Asked,
  askAuthToken: AskAuthToken | undefined,
  auth: Auth,
  request: RoutedRequest,
): Promise<true> {
  const { scopes, by, consentOf } = asked
  if (auth.type === 'auth-token' && scopes.every((scope) => auth.scopes.includes(scope))) return true
  const id = await (consentOf ?? managed.presentedConsent)(auth as never, request)
  const found = id === undefined ? undefined : await findConsent(managed.records, id)
  if (
    found !== undefined &&
    grants(found, ownerOfCaller(managed, auth), scopes, managed.state.settings.now())
  )
    return true
  // An agent that cannot show a code to anybody would wait in vain (CAP-2).
  if (by === 'approval' || capabilitiesOf(auth).has('interaction'))
    throw await askPerson(managed, auth, asked)
  if (askAuthToken !== undefined) throw await askAuthToken(auth)
  throw new AAuthError('access_denied', {
    hint: 'a person has to agree, and the agent does not list the capability "interaction": accept auth tokens as well, or leave it',
  })
}

const optionNames = ['scope', 'by', 'lifetime', 'consentOf', 'notify']

function checkQuestion(managed: ManagedState, route: unknown, given: InteractionRequirement<never>): Asked {
  const {
    scope,
    by = 'interaction',
    lifetime = defaultPendingLifetime,
    consentOf,
    notify,
    ...others
  } = ownMembers(given)
  assertKnownMembers(others, optionNames, 'requireInteraction')
  for (const [name, callback] of Object.entries({ consentOf, notify }))
    assert(
      callback === undefined || typeof callback === 'function',
      `"${name}" of requireInteraction is ${quoted(callback)}: pass a function`,
    )
  assert(
    typeof route === 'string',
    '"name" of the route is missing: persons have to know what they are asked',
  )
  assert(
    managed.settings.interaction !== undefined,
    '"interaction" of managedAccess is missing: pass the address of the page where persons enter a code',
  )
  const scopes = typeof scope === 'string' ? [scope] : [...(scope ?? [])]
  assert(scopes.length > 0, '"scope" of requireInteraction is empty: name what the person is asked for')
  assertScopesDescribed(scopes, managed.state.settings.scopes.keys())
  assert(
    by === 'interaction' || by === 'person-server' || (by === 'approval' && typeof notify === 'function'),
    `"by" of requireInteraction is ${quoted(by)}: write 'interaction', 'person-server', or 'approval' with "notify"`,
  )
  assert(
    by !== 'person-server' || managed.settings.interaction.accountOf !== undefined,
    '"interaction.accountOf" of managedAccess is missing, and person servers lead persons of tokens to the page: say which account is linked with them',
  )
  assert(
    Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= maxPendingLifetime,
    `"lifetime" of requireInteraction is ${quoted(lifetime)}: write 60 to ${maxPendingLifetime} seconds`,
  )
  return { route, scopes: Object.freeze(scopes), by, lifetime, notify, consentOf }
}
