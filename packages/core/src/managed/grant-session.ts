import type { Resource } from '../resource/resource.ts'
import type { Auth } from '../token/auth.ts'
import { managedCaller } from './caller.ts'

/**
 * Gives a caller a session for a consent: the answer to this request carries a value in `AAuth-Access`, which replaces
 * earlier values of the same key. Values expire with the token of the request, with the consent, and after an hour. While
 * the agent uses a session, the guard replaces its value before it expires.
 *
 * @param consent the id of a consent that stands for this caller, from `createConsent` or `findStandingConsent`
 * @returns the value, for hosts without an adapter. It counts only for this caller; never log it
 * @throws {AAuthError} `server_error` when the store fails (the promise rejects)
 * @throws {TypeError} for a route without `sessions: true`, and as `createConsent` (the promise rejects)
 * @see draft 11 §6.3
 */
export async function grantSession(
  resource: Resource,
  auth: Auth,
  consent: string,
): Promise<string | undefined> {
  const { managed, verified, owner } = managedCaller(resource, auth)
  const { access, token } = verified
  if (access === undefined)
    throw new TypeError('the route does not take sessions: add sessions: true to its requirement')
  const value = await managed.sessions.issue(token, owner, consent)
  access.value = value ?? access.value
  return value
}
