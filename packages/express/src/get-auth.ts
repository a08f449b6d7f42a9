import type { IncomingMessage } from 'node:http'
import type { AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createIdentitySlot, type IdentitySlot } from '@aauth-guard/core/node'

/** What the guards of this package found. */
export const slot: IdentitySlot = createIdentitySlot(
  'mount protect(resource) before the body parsers, or give them { verify: verifyDigest }',
)

/**
 * The verified identity of a request that passed `protect`.
 *
 * @param kind what the route accepts; `'person-token'` also yields an auth token of draft 11
 * @param options `{ person: 'required' }` where the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} when no guard ran, when the token is of another kind, when it names nobody though `person` says so,
 * and for a caller with another credential than AAuth
 * @throws {AAuthError} `server_error` when the signature covers `content-digest` but nobody compared it with the content
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  req: IncomingMessage,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return slot.read(req, kind, options)
}
