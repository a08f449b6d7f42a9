import { capabilitiesOf } from '../authorize/capabilities.ts'
import { thrownBy } from '../authorize/terms-of.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import type { Auth } from '../token/auth.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import { personKey } from '../token/person-key.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { routedRequest } from '../verify/routed-request.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import { isLinked } from './arrive.ts'
import { askPerson, leadPerson, ownerOfCaller } from './ask-person.ts'
import type { Asked } from './asked-question.ts'
import { findConsent, grants } from './consent.ts'
import { findLed, isLedConsent } from './led-consent.ts'
import type { ManagedState } from './managed-state.ts'

/** The challenge for an auth token. */
export type AskAuthToken = (auth: Auth) => Promise<AAuthError>

/**
 * An auth token grants, and the person must have been at the page as well.
 * @throws {AAuthError} (the promise rejects)
 */
export async function assertLed(
  managed: ManagedState,
  asked: Asked,
  askAuthToken: AskAuthToken | undefined,
  auth: Auth,
  request: RoutedRequest,
): Promise<true> {
  if (await hasAgreed(managed, asked, auth, request)) return true
  throw await (askAuthToken as AskAuthToken)(auth)
}

/** Leads the person to the page, unless they have agreed there. */
export async function claimFor(
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
  const id = consentOf && (await storedConsent(consentOf, auth, request))
  const found =
    consentOf === undefined
      ? await findLed(managed, caller, route)
      : id && (await findConsent(managed.records, id))
  if (!found || !(await isLedConsent(found, caller, scopes, managed.state.settings.now()))) return false
  const { owner, person } = found.consent
  // In drafts 01 to 10 the token that was presented first named nobody, so whoever came to the page could agree.
  return owner.person !== null || isLinked(managed, personKey(auth), person)
}

/**
 * An auth token grants, or a person has agreed. Otherwise somebody is asked.
 * @throws {AAuthError} (the promise rejects)
 */
export async function assertConsent(
  managed: ManagedState,
  asked: Asked,
  askAuthToken: AskAuthToken | undefined,
  auth: Auth,
  request: RoutedRequest,
): Promise<true> {
  const { scopes, by, consentOf } = asked
  if (auth.type === 'auth-token' && scopes.every((scope) => auth.scopes.includes(scope))) return true
  const id =
    consentOf === undefined
      ? await managed.presentedConsent(auth, request)
      : await storedConsent(consentOf, auth, request)
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
    hint: 'a person has to agree, and the agent does not list the capability "interaction": accept auth tokens as well if such agents are to get in',
  })
}

/**
 * The id that the application stored for a caller.
 * @throws {AAuthError} `server_error` (the promise rejects)
 */
async function storedConsent(
  consentOf: NonNullable<Asked['consentOf']>,
  auth: Auth,
  request: RoutedRequest,
): Promise<string | undefined> {
  let id: unknown
  try {
    id = (await consentOf(auth as never, request)) ?? undefined
  } catch (error) {
    throw thrownBy('consentOf', error, 'undefined to ask the person')
  }
  if (id === undefined || typeof id === 'string') return id
  // As if there were no consent, the person would be asked again and again.
  throw new AAuthError('server_error', {
    hint: `"consentOf" returned ${quoted(id)}: return the "consent" of what complete() returned, or undefined`,
    retryAfter: 5,
  })
}
