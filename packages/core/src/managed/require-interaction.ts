import { assert } from '../assert/assert.ts'
import { ownMembers } from '../assert/own-members.ts'
import { termsOf } from '../authorize/terms-of.ts'
import type { AAuthError } from '../errors/aauth-error.ts'
import { askForAuthToken } from '../issue/challenge.ts'
import { noteAsking } from '../resource/asks-person.ts'
import {
  type AnyRequirement,
  type AsksPerson,
  askingMark,
  type Requirement,
} from '../resource/requirement.ts'
import type { Resource } from '../resource/resource.ts'
import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import { provenanceOf } from '../verify/provenance.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import { checkQuestion, type InteractionRequirement } from './asked-question.ts'
import { assertConsent, assertLed, claimFor } from './assert-agreed.ts'
import { managedStateOf } from './managed-state.ts'

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
 * takes callers without AAuth or requires a scope of every token, one that has neither `sessions` nor `consentOf`, and
 * invalid options
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
  const { name, optional, alternative, check, scope, sessions, accept = 'auth-token' } = given
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
  assert(
    isLed || asked.consentOf !== undefined || sessions === true,
    '"consentOf" of requireInteraction is missing, so every request would ask a person again: pass it, or write sessions: true in the route',
  )
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
