import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { assertScopesDescribed } from '../resource/described-scopes.ts'
import type { Resource } from '../resource/resource.ts'
import { isRevoked, revoked } from '../resource/token-revocation.ts'
import type { Auth } from '../token/auth.ts'
import { quoted } from '../wire/quoted.ts'
import { managedCaller, recordsFull } from './caller.ts'
import {
  type Consent,
  defaultConsentLifetime,
  maxConsentData,
  maxConsentLifetime,
  narrowConsent as narrow,
  newConsent,
} from './consent.ts'
import { managedStateOf } from './managed-state.ts'
import { ownerId } from './owner.ts'
import { rememberConsent, standingConsent } from './standing-consent.ts'

/** What a person agreed to, as {@link createConsent} keeps it. */
export interface ConsentOptions {
  /** The person, as your application calls them: 1 to 512 characters. `resource.managed.end({ person })` takes the same. */
  readonly person: string
  /** What the person agreed to. The resource must describe each scope. */
  readonly scope: string | readonly string[]
  /** Seconds that the consent lasts, 60 to 86 400. Default 28 800 (8 hours). */
  readonly lifetime?: number
  /**
   * What you need for the person, such as an OAuth token for another API. It is sealed in `stores.records`, at most 65 536
   * octets of UTF-8, and is neither in the session value nor in `Auth`. Read it with `readConsentData`.
   */
  readonly data?: string
}

/** What stands for a caller. Frozen. */
export interface ConsentSummary {
  /** Ends the consent with `resource.managed.end({ consent })`. It gives no right. */
  readonly id: string
  readonly person: string
  /** To whom it was given: `resource.managed.end({ owner })` ends all that was made for them, whatever the mission. */
  readonly owner: string
  readonly scopes: readonly string[]
  /** NumericDate, seconds. */
  readonly end: number
}

/**
 * Records that a person agreed to what the agent asks for. Call it only after the person, who is signed in at your API, has
 * agreed to these scopes for this agent. Give the agent a session for it with `grantSession`.
 *
 * The consent counts for the owner of the call: the same agent or person, mission and agent provider. It can outlast the
 * token of the call, since each use needs a live token of the same owner, but it ends when that token is revoked. An
 * earlier consent of the same person for the same owner ends.
 *
 * @throws {AAuthError} `rate_limited` if the owner or the issuer has used up its share of records, `revoked_jwt` if the
 * token was revoked meanwhile, `server_error` when the store fails (the promise rejects)
 * @throws {TypeError} for a resource without `managed`, an `auth` that it did not verify or that comes from an auth token, and
 * options that are wrong (the promise rejects)
 * @see draft 11 §6.2
 * @example
 * ```ts
 * import { type Auth, createResource } from '@aauth-guard/core'
 * import { createConsent, grantSession, managedAccess } from '@aauth-guard/core/managed'
 *
 * const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   scopes: { 'notes.read': 'Read your notes' },
 *   managed: managedAccess(),
 * })
 *
 * // In the handler of a route with `sessions: true`, once Alice has agreed.
 * export async function agreed(auth: Auth): Promise<void> {
 *   const { id } = await createConsent(resource, auth, { person: 'alice', scope: 'notes.read' })
 *   await grantSession(resource, auth, id)
 * }
 * ```
 */
export async function createConsent(
  resource: Resource,
  auth: Auth,
  options: ConsentOptions,
): Promise<ConsentSummary> {
  const { managed, verified, owner } = managedCaller(resource, auth)
  const { state, records } = managed
  const now = state.settings.now()
  const { scopes, lifetime, ...given } = check(options, state.settings.scopes.keys())
  const { claims } = verified.token
  const { iss, jti, exp } = claims
  const { consent, record } = await newConsent({
    ...given,
    owner,
    route: null,
    scopes,
    source: { iss, jti, exp },
    since: now,
    end: now + lifetime,
  })
  if ((await records.create(record)) !== 'created') throw recordsFull()
  // A revocation that came after the guard has found no record to end.
  if (await isRevoked(state, claims)) {
    await records.end({ consent: consent.id }, 'revoked')
    throw revoked(verified.token)
  }
  await rememberConsent(records, consent, now)
  return summaryOf(consent)
}

/**
 * The consent that stands for a caller, whatever session value the caller presents. The same agent with another key or
 * another token has the same. If several persons agreed for one owner, none is found, since nobody could tell for whom
 * the agent acts.
 *
 * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
 * @throws {TypeError} as `createConsent` (the promise rejects)
 */
export async function findStandingConsent(
  resource: Resource,
  auth: Auth,
): Promise<ConsentSummary | undefined> {
  const { managed, owner } = managedCaller(resource, auth)
  const consent = await standingConsent(managed.records, owner, managed.state.settings.now())
  return consent && summaryOf(consent)
}

/**
 * Takes scopes away from a consent, from the next request on. `resource.managed.end({ consent })` ends it.
 *
 * @param scope what remains; scopes that the consent does not have are not added
 * @returns `undefined` if there is no such consent, or it was ended
 * @throws {AAuthError} `server_error` when the store fails, or the agent changes the consent all the time by using it: then
 * nothing was taken away (the promise rejects)
 * @throws {TypeError} for a resource without `managed` (the promise rejects)
 */
export async function narrowConsent(
  resource: Resource,
  consent: string,
  scope: string | readonly string[],
): Promise<ConsentSummary | undefined> {
  const { records, watches } = managedStateOf(resource)
  const narrowed = await narrow(records, consent, [scope].flat())
  if (narrowed !== undefined) await watches.check(consent)
  return narrowed && summaryOf(narrowed)
}

async function summaryOf({ id, person, owner, scopes, end }: Consent): Promise<ConsentSummary> {
  return Object.freeze({
    id,
    person,
    owner: await ownerId(owner),
    scopes: Object.freeze([...scopes]),
    end,
  })
}

/** @throws {TypeError} */
function check(
  options: ConsentOptions,
  described: Iterable<string>,
): Pick<Consent, 'person' | 'scopes' | 'data'> & { readonly lifetime: number } {
  const given = ownMembers(options)
  assertKnownMembers(given, ['person', 'scope', 'lifetime', 'data'], 'createConsent')
  const { person, scope, lifetime = defaultConsentLifetime, data } = given
  assert(
    typeof person === 'string' && person.length > 0 && person.length <= 512,
    `"person" is ${quoted(person)}: pass 1 to 512 characters`,
  )
  const scopes = [...new Set([scope].flat())]
  assertScopesDescribed(scopes, described)
  assert(scopes.length > 0, '"scope" of createConsent is empty: name the scopes that the person agreed to')
  assert(
    Number.isInteger(lifetime) && lifetime >= 60 && lifetime <= maxConsentLifetime,
    `"lifetime" is ${quoted(lifetime)}: write an integer of seconds from 60 to ${maxConsentLifetime}`,
  )
  if (data !== undefined) assertConsentData(data)
  return { person, scopes, lifetime, data }
}

/** The data is not shown: it may be a token. @throws {TypeError} */
export function assertConsentData(data: unknown): asserts data is string {
  assert(
    typeof data === 'string' && new TextEncoder().encode(data).length <= maxConsentData,
    `"data" of a consent is not a string, or has more than ${maxConsentData} octets: pass a shorter string`,
  )
}
