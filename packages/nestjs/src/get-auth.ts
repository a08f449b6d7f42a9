import type { AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { createIdentitySlot, type IdentitySlot } from '@aauth-guard/core/node'
import { messageOf, type NestRequest } from './http-context.ts'

/** The identities that the guards of this package verified. */
export const slot: IdentitySlot = createIdentitySlot(
  'read it in a body parser or behind the guard, and not in a hook that runs before AAuthModule',
)

/**
 * The verified identity of a request that passed {@link AAuthGuard}, for interceptors, pipes and request-scoped
 * providers. Handlers have `@Auth`.
 *
 * @param request of Express or Fastify
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param options `{ person: 'required' }` if the requirement has it: then `personKey(auth)` is a string
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires, and
 * for a caller with a credential other than AAuth
 */
export function getAuth<Kind extends TokenKind = 'auth-token', Person extends PersonNeed = 'optional'>(
  request: NestRequest,
  kind: Kind = 'auth-token' as Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return slot.read(messageOf(request), kind, options)
}
