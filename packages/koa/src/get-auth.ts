import type { AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createIdentitySlot, type IdentitySlot } from '@aauth-guard/core/node'
import type { Context } from 'koa'

/** The identities that the guards of this package verified. */
export const slot: IdentitySlot = createIdentitySlot('mount protect(resource) before the body parsers')

/**
 * The verified identity of a request that passed `protect`, for code in which the type of `ctx.state` does not include it.
 *
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires, and
 * for a caller with a credential other than AAuth
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  { req }: Pick<Context, 'req'>,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return slot.read(req, kind, options)
}
