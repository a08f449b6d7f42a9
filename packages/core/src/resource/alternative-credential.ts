import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { namesScheme } from '../wire/authorization.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/** A demand of a route that a credential without AAuth does not meet. */
export type Exemption = 'mission' | 'class' | 'person' | 'tool' | 'account' | 'singleUse' | 'check'

/** Whom `check` of an {@link alternativeCredential} found. */
export interface OtherIdentity {
  /** Who is calling, in words of the application: the id of the API key, the subject of the OAuth token. */
  readonly id: string
  /** What the credential grants, compared with `scope` of the route like the scopes of an auth token. */
  readonly scopes: readonly string[]
}

/** What the route requires that `check` may want to know, frozen. */
export interface AlternativeRequirement {
  /** `name` of the requirement. */
  readonly name: string | undefined
  /** Scopes of which the credential must grant all. They are compared after `check`. */
  readonly scopes: readonly string[]
}

/** Options of {@link alternativeCredential}. All of them are checked when it is made. */
export interface AlternativeOptions {
  /**
   * Which requests carry the credential: those with this header field, or those with this scheme of `Authorization`.
   * Letter case does not matter, and an empty value counts. Cookies cannot be named, since browsers add them to
   * requests of other sites; they do so with the schemes `Basic`, `Digest` and `Negotiate` as well.
   */
  readonly when: { readonly header: string } | { readonly scheme: string }
  /**
   * Finds who is calling, within `limits.requestDeadline` of the resource. `undefined` refuses the credential with 401,
   * also where the route is `optional`. What it throws, and whatever else it returns, is answered with 503
   * `server_error`. It is not called for requests that carry an AAuth credential.
   */
  readonly check: (
    request: RoutedRequest,
    requirement: AlternativeRequirement,
  ) => OtherIdentity | undefined | Promise<OtherIdentity | undefined>
  /**
   * The value of `WWW-Authenticate`, such as `Bearer realm="notes"`. Default the scheme of `when`; where `when` names a
   * header, it must be written.
   */
  readonly challenge?: string
  /**
   * When the migration ends. From then on the credential is refused with 401 and `check` is not called. In the 30 days
   * before, the console says so on each day on which the credential is used. Default never.
   */
  readonly until?: Date
  /**
   * The demands of routes that do not apply to the credential. A route that demands one that is not listed is refused at
   * start. `class` and `tool` of a route also demand a `mission`. Default none.
   */
  readonly exempt?: readonly Exemption[]
}

/** Made by {@link alternativeCredential}, for `alternative` of one or more requirements. */
export interface AlternativeCredential {
  /** The scheme of `Authorization`, or the name of the header field, as `when` writes it. */
  readonly scheme: string
}

/** An alternative credential after it was checked, in the form the guards use. */
export interface CompiledAlternative {
  readonly scheme: string
  /** The header field that carries it. */
  readonly field: string
  readonly matches: (request: SignedRequest) => boolean
  readonly check: AlternativeOptions['check']
  readonly challenge: string
  /** Seconds. */
  readonly until: number | undefined
  readonly exempt: ReadonlySet<unknown>
}

const compiled = new WeakMap<object, CompiledAlternative>()
const exemptions: ReadonlySet<unknown> = new Set<Exemption>([
  'mission',
  'class',
  'person',
  'tool',
  'account',
  'singleUse',
  'check',
])
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const fieldValue = /^[!-~][ -~]{0,511}$/
/** Fields that every request has or may have, those of AAuth, and the one whose scheme has to be named. */
const otherFields = /^(?:cookie2?|host|origin|referer|(?:aauth|sec|content|signature)(?:-.*)?)$/

/**
 * Lets a route take another credential beside AAuth during a migration, such as an API key or an OAuth Bearer token,
 * which `check` verifies.
 *
 * AAuth decides first and alone: a request with any of the fields `Signature`, `Signature-Input` and `Signature-Key`, or
 * with `Authorization: AAuth`, is an AAuth request, even if they are empty or malformed. It is never served for its other
 * credential, and where it carries that as well it is refused with 400 `invalid_request`.
 *
 * The handler gets an {@link OtherCaller}, which is not an `Auth`: `getCaller` of the adapters returns either,
 * `getAuth` throws for it, and grants, step-ups and lifetimes refuse it. Terminating a mission ends no API key.
 *
 * @throws {TypeError} naming the option that is wrong
 * @example
 * ```ts
 * import { alternativeCredential, type Requirement } from '@aauth-guard/core'
 *
 * const owners = new Map([['key-of-acme', 'acme']])
 *
 * export const readNotes = {
 *   scope: 'notes.read',
 *   alternative: alternativeCredential({
 *     when: { header: 'X-API-Key' },
 *     check: (request) => {
 *       const id = owners.get(request.header('x-api-key')[0] ?? '')
 *       return id === undefined ? undefined : { id, scopes: ['notes.read'] }
 *     },
 *     challenge: 'ApiKey realm="notes"',
 *     until: new Date('2027-06-30'),
 *   }),
 * } satisfies Requirement
 * ```
 */
export function alternativeCredential(options: AlternativeOptions): AlternativeCredential {
  assert(
    typeof options === 'object' && options !== null,
    'the options of alternativeCredential must be an object',
  )
  const given = ownMembers(options)
  assertKnownMembers(given, ['when', 'check', 'challenge', 'until', 'exempt'], 'alternativeCredential')
  const { check, until, exempt = [] } = given
  const where = readWhen(given.when)
  const { challenge = where.challenge } = given
  assert(
    typeof check === 'function',
    `"check" of alternativeCredential is ${quoted(check)}: write a function that returns { id, scopes } or undefined`,
  )
  assert(
    typeof challenge === 'string' && fieldValue.test(challenge),
    `"challenge" of alternativeCredential is ${quoted(challenge)}, which is not a value of WWW-Authenticate: write a scheme with its parameters, such as 'ApiKey realm="notes"'`,
  )
  assert(
    until === undefined || (until instanceof Date && Number.isFinite(until.getTime())),
    `"until" of alternativeCredential is ${quoted(until)}, which is not a valid date: write new Date('2027-06-30')`,
  )
  assert(
    Array.isArray(exempt) && exempt.every((name) => exemptions.has(name)),
    `"exempt" of alternativeCredential must be a list of ${[...exemptions].join(', ')}`,
  )
  const alternative = Object.freeze({ scheme: where.scheme })
  const { scheme, field, matches } = where
  compiled.set(alternative, {
    scheme,
    field,
    matches,
    check,
    challenge,
    until: until && until.getTime() / 1000,
    exempt: new Set(exempt),
  })
  return alternative
}

/** @throws {TypeError} for what {@link alternativeCredential} of this copy of the package did not make */
export function compiledAlternative(given: unknown): CompiledAlternative {
  const known = compiled.get(given as object)
  assert(
    known !== undefined,
    `"alternative" is ${quoted(given)}, which was not made by alternativeCredential of this copy of @aauth-guard/core: write alternative: alternativeCredential({ … })`,
  )
  return known
}

interface Where extends Pick<CompiledAlternative, 'scheme' | 'field' | 'matches'> {
  readonly challenge: string | undefined
}

function readWhen(when: unknown): Where {
  const named = typeof when === 'object' && when !== null ? Object.entries(when) : []
  const [kind, name] = named[0] ?? []
  assert(
    named.length === 1 && (kind === 'header' || kind === 'scheme'),
    '"when" of alternativeCredential must be { header: name of a field } or { scheme: scheme of Authorization }',
  )
  assert(
    typeof name === 'string' && token.test(name),
    `"${kind}" of "when" is ${quoted(name)}, which is not a token of RFC 9110: write a name such as ${kind === 'header' ? 'X-API-Key' : 'Bearer'}`,
  )
  const lower = name.toLowerCase()
  if (kind === 'scheme') {
    assert(lower !== 'aauth', '"scheme" of "when" is "AAuth", which AAuth decides: name another scheme')
    const matches: Where['matches'] = (request) => namesScheme(request.header('authorization'), lower)
    return { scheme: name, field: 'Authorization', matches, challenge: name }
  }
  assert(lower !== 'authorization', '"header" of "when" is "Authorization": write { scheme: … } for it')
  assert(
    !otherFields.test(lower),
    `"header" of "when" is ${quoted(name)}, which is not a credential of its own: name the field that carries the key. Cookies cannot be used, since browsers add them to requests of other sites`,
  )
  const matches: Where['matches'] = (request) => request.header(lower).length > 0
  return { scheme: name, field: name, matches, challenge: undefined }
}
