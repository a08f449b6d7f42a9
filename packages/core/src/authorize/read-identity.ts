import type { Caller, OtherCaller } from '../resource/requirement.ts'
import { type Auth, type AuthFor, isAccepted, type PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import { personKey } from '../token/person-key.ts'
import { provenanceOf } from '../verify/provenance.ts'
import { quoted } from '../wire/quoted.ts'
import { assertContentCompared } from './content.ts'

/** What a handler states about the guard in front of it. */
export interface IdentityOptions<Person extends PersonNeed> {
  /** `'required'` if the guard has `person: 'required'`: the type then has a `sub`, and `personKey` returns a string. */
  readonly person?: Person
}

/**
 * The identity that a guard verified, for the handler behind it. Adapters call this for their `getAuth`.
 *
 * @param kind what the route accepts; `'person-token'` also returns an auth token of draft 11
 * @param remedy how to check the content in this framework; ends the text of the error
 * @throws {TypeError} if no guard ran, if the token is of another kind, if it lacks the person that `person` requires,
 * and for a caller with a credential other than AAuth
 * @throws {AAuthError} `server_error` if the signature covers `content-digest` but the content was not compared with it
 */
export function readIdentity<Kind extends TokenKind, Person extends PersonNeed = 'optional'>(
  caller: Caller | undefined,
  kind: Kind,
  remedy: string,
  { person }: IdentityOptions<Person> = {},
): AuthFor<Kind, Person> {
  if (caller === undefined)
    throw new TypeError('the request has no verified identity: put protect(resource) before this handler')
  const auth = asAuth(caller)
  if (auth === undefined)
    throw new TypeError(
      `the caller came with ${quoted((caller as OtherCaller).scheme)}, which is not AAuth: use getCaller, whose result has a "type"`,
    )
  assertContentChecked(auth, remedy)
  if (!isAccepted(new Set([kind]), auth.type, auth.generation))
    throw new TypeError(
      `the second argument of getAuth is ${quoted(kind)}, but the request carried ${quoted(auth.type)}: pass a kind that "accept" of the route names`,
    )
  if (person === 'required' && personKey(auth) === undefined)
    throw new TypeError(
      "the token does not name a person: add { person: 'required' } to the requirement of the guard as well, or leave it out here",
    )
  return auth as AuthFor<Kind, Person>
}

/** @throws {AAuthError} `server_error` when a covered digest was not compared with the content */
export function assertContentChecked(auth: Auth, remedy: string): void {
  assertContentCompared(provenanceOf(auth).verified, remedy)
}

/**
 * The caller that a guard let pass, with AAuth or with the `alternative` of its route. Adapters call this for their `getCaller`.
 *
 * @returns `undefined` for a request that passed without a credential
 * @throws {AAuthError} as {@link assertContentChecked}
 */
export function readCaller(caller: Caller | undefined, remedy: string): Caller | undefined {
  const auth = asAuth(caller)
  if (auth !== undefined) assertContentChecked(auth, remedy)
  return caller
}

/** The caller, if AAuth verified it. */
export function asAuth(caller: Caller | undefined): Auth | undefined {
  return caller === undefined || caller.type === 'other' ? undefined : caller
}
