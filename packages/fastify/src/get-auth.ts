import type { IncomingMessage } from 'node:http'
import type { AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createIdentitySlot, type IdentitySlot } from '@aauth-guard/core/node'
import type { HookRequest } from './request-and-reply.ts'

/** The identities that the guards of this package verified. */
export const slot: IdentitySlot = createIdentitySlot('guard in onRequest, before Fastify parses the content')

/**
 * The verified identity of a request that passed a guard.
 *
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires, and
 * for a caller with a credential other than AAuth
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  { raw }: HookRequest,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return slot.read(raw as IncomingMessage, kind, options)
}
