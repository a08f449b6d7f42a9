import type { Auth, AuthFor, IdentityOptions, PersonNeed, TokenKind } from '@aauth-guard/core'
import { assertContentChecked, readIdentity } from '@aauth-guard/core/adapter'
import type { Context } from 'koa'

const slots = new WeakMap<object, Auth | undefined>()
/** How the content of a request can be compared on Koa. */
export const remedy = 'mount protect(resource) before the body parsers'

/** Puts the identity into `ctx.state`, where reading it demands that the content was checked. */
export function fillSlot({ req, state }: Pick<Context, 'req' | 'state'>, auth: Auth | undefined): void {
  slots.set(req, auth)
  if (auth === undefined) return
  Object.defineProperty(state, 'aauth', {
    configurable: true,
    enumerable: true,
    get() {
      assertContentChecked(auth, remedy)
      return auth
    },
  })
}

/**
 * The verified identity of a request that passed `protect`, where the type of `ctx.state` does not say it.
 *
 * @param kind what the route accepts; `'person-token'` also yields an auth token of draft 11
 * @param options `{ person: 'required' }` where the guard requires a person: then `personKey(auth)` is a string
 * @throws {TypeError} when no guard ran, when the token is of another kind, and when it names nobody though `person` says so
 */
export function getAuth<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  { req }: Pick<Context, 'req'>,
  kind: Kind,
  options: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  return readIdentity(slots.get(req), kind, remedy, options)
}

/**
 * Who called, whatever the token; `undefined` where nobody signed.
 * @throws {AAuthError} `server_error` when the signature covers `content-digest` but nobody compared it with the content
 * @throws {TypeError} where no guard ran
 */
export function callerOf({ req }: Pick<Context, 'req'>): Auth | undefined {
  if (!slots.has(req))
    throw new TypeError('nobody is authenticated here: put protect(resource) before requireGrant')
  const auth = slots.get(req)
  if (auth !== undefined) assertContentChecked(auth, remedy)
  return auth
}
