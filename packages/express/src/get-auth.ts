import type { IncomingMessage } from 'node:http'
import type { Auth, AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { assertContentChecked, readIdentity } from '@aauth-guard/core/adapter'

const slots = new WeakMap<IncomingMessage, Auth | undefined>()
/** How the content of a request can be compared on Express. */
export const remedy = 'mount protect(resource) before the body parsers, or give them { verify: verifyDigest }'

/** Puts the identity on the request, where only this module can put one. */
export function fillSlot(req: IncomingMessage, auth: Auth | undefined): void {
  slots.set(req, auth)
  if (auth === undefined) return
  // Not enumerable, so that loggers do not read it; configurable, since a second guard fills it again.
  Object.defineProperty(req, 'aauth', {
    configurable: true,
    get() {
      assertContentChecked(auth, remedy)
      return auth
    },
  })
}

/** The identity that the guard found, before anything is asked of the content. */
export function slotOf(req: IncomingMessage): Auth | undefined {
  return slots.get(req)
}

/**
 * The verified identity of a request that passed `protect`.
 *
 * @param kind what the route accepts; `'person-token'` also yields an auth token of draft 11
 * @param options `{ person: 'required' }` where the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} when no guard ran, when the token is of another kind, and when it names nobody though `person` says so
 * @throws {AAuthError} `server_error` when the signature covers `content-digest` but nobody compared it with the content
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  req: IncomingMessage,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return readIdentity(slots.get(req), kind, remedy, options)
}

/**
 * Who called, whatever the token, before anything is asked of the content; `undefined` where nobody signed.
 * @throws {TypeError} where no guard ran
 */
export function callerOf(req: IncomingMessage): Auth | undefined {
  if (!slots.has(req))
    throw new TypeError('nobody is authenticated here: put protect(resource) before requireGrant')
  return slots.get(req)
}
