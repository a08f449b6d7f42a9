import type { AuthFor, Caller, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { readIdentity } from '@aauth-guard/core/adapter'

/** The callers that the guards of this package verified, by the request that the handler got. */
export const callers: WeakMap<Request, Caller | undefined> = new WeakMap()

export const remedy = 'call getAuth with the request that protect passed to the handler'

/**
 * The verified identity of a request that passed `protect`, for code that the handler gives the request to. The handler
 * itself has it as its second argument.
 *
 * @param request the one that `protect` passed to the handler
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires, and
 * for a caller with a credential other than AAuth
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  request: Request,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return readIdentity(callers.get(request), kind, remedy, options)
}
