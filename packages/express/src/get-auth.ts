import type { IncomingMessage } from 'node:http'
import type { AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createIdentitySlot, type IdentitySlot } from '@aauth-guard/core/node'

/** The identities that the guards of this package verified. */
export const slot: IdentitySlot = createIdentitySlot(
  'mount protect(resource) before the body parsers, or give them { verify: verifyDigest }',
)

/**
 * The verified identity of a request that passed `protect`.
 *
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires, and
 * for a caller with a credential other than AAuth
 * @throws {AAuthError} `server_error` if the signature covers `content-digest` but the content was not compared with it
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  req: IncomingMessage,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return slot.read(req, kind, options)
}
