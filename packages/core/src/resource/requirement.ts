import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { AlternativeCredential, CompiledAlternative } from './alternative-credential.ts'
import type { Trust } from './trust.ts'

/**
 * What a route asks of its callers. Data, checked once when the guard is made.
 *
 * @example
 * ```ts
 * import type { Requirement } from '@aauth-guard/core'
 *
 * export const readNotes: Requirement = { scope: 'notes.read', mission: 'required' }
 * ```
 */
export interface Requirement<
  Accept extends TokenKind = 'auth-token',
  Optional extends boolean = boolean,
  Person extends PersonNeed = PersonNeed,
  Alternative extends AlternativeCredential = AlternativeCredential,
> {
  /** What events and logs call the route, such as `notes.read`: 1 to 128 characters. Decides nothing. */
  readonly name?: string
  /**
   * The kinds of token that are served; default `'auth-token'`. Read literally, except that `'person-token'`
   * also takes an auth token of draft 11, which names the same person (R11-072).
   */
  readonly accept?: Accept | readonly Accept[]
  /** Scopes the auth token must grant, all of them. Each must be described by the resource. */
  readonly scope?: string | readonly string[]
  /**
   * `'required'` refuses tokens that do not name a person, and narrows the type of `Auth`: an agent token is sent back for a
   * person token where its person server speaks draft 11, any other token gets 403 `person_required`. Default
   * `'optional'`: auth tokens of drafts 01 to 10 need not name anybody.
   */
  readonly person?: Person
  /**
   * Whether the token must carry a mission, must not, may, or must carry one of this approver. Default `'optional'`,
   * or what `require` of the resource says, which `'optional'` waives. Agent tokens carry no mission, so a route that
   * accepts nothing else is refused at start where one is required.
   */
  readonly mission?: 'required' | 'optional' | 'forbidden' | { readonly approver: string }
  /**
   * The agent provider whose runtimes may act, or several. Implies `mission: 'required'`. `'any'` (default) compares
   * none, and waives what `require` of the resource says.
   */
  readonly class?: 'any' | { readonly provider: string | readonly string[] }
  /**
   * What `class` does with a token that does not name a provider, as those of draft 11, and what `requireGrant` behind this
   * guard does (docs/decisions.md#class-policies). `'deny'` (default) refuses it; `'mission-only'` lets it pass for its mission. `'same-key'`
   * and `'linked-key'` compare with a grant, so for `class` they refuse it.
   */
  readonly classPolicy?: ClassPolicy
  /**
   * A tool of the mission's `approved_tools`. Implies `mission: 'required'`, and needs `blobs` of `monitorMissions`.
   */
  readonly tool?: string
  /**
   * The account this route belongs to, or a function that reads it off `request.path`, which is the path that was
   * signed and routed, also where the client sent absolute form. Compared byte for byte with
   * the `account` of the auth token; anything but equality is refused with `access_denied`, also a function that
   * throws or returns no string (R11-068).
   */
  readonly account?: string | ((request: RoutedRequest) => string)
  /**
   * Components the signature must cover on this route, beside the base and those of the resource: `@query`,
   * `@target-uri`, `@request-target`, `@scheme`, or header fields in lower case. A field is required where the
   * message has content or the field itself.
   */
  readonly components?: readonly string[]
  /**
   * Accepts each request once, whatever its method and whatever `replay` of the resource says: the signature must have a
   * `nonce` or cover `content-digest`, also of empty content; otherwise the answer is 401 `invalid_input`. Accepted
   * once is not executed once: idempotency remains the task of the application. Default `false`.
   */
  readonly singleUse?: boolean
  /**
   * Lets requests pass that carry no credential at all; then there is no `Auth`. An invalid credential, or an
   * empty signature field, is still refused.
   */
  readonly optional?: Optional
  /** Narrows the `trust` of the resource on this route; it cannot widen it. */
  readonly trust?: Trust
  /**
   * The last word, after everything else passed. Only `true` lets the request through; any other result is
   * `access_denied`. A thrown `AAuthError` is answered as it is, any other throw as `server_error` (503).
   */
  readonly check?: (auth: AuthFor<Accept, Person>, request: RoutedRequest) => boolean | Promise<boolean>
  /**
   * Another credential that the route takes beside AAuth during a migration, made with `alternativeCredential`. The
   * handler then gets an `Auth` or an {@link OtherCaller}. What only AAuth can show is refused at start beside it, unless
   * `exempt` of the credential names it: `mission`, `class`, `person`, `tool`, `account`, `singleUse` and `check`.
   */
  readonly alternative?: Alternative
}

/**
 * Who came with the credential that `alternative` of the route names. It is not an `Auth`: it has no person, agent or
 * mission, and grants, step-ups and lifetimes refuse it. Frozen.
 */
export interface OtherCaller {
  readonly type: 'other'
  /** The scheme of `Authorization`, or the name of the header field, as `when` writes it. */
  readonly scheme: string
  /** What `check` of the credential called it. */
  readonly id: string
  readonly scopes: readonly string[]
}

/** Whoever passed a guard with a credential. `type` tells which it is. */
export type Caller = Auth | OtherCaller

/**
 * What every guard of a resource requires, unless its route names the same member: then the route's counts, such as
 * `mission: 'optional'`, `person: 'optional'` or `class: 'any'`. It does not narrow the type of `Auth`, as `person` of a
 * route does.
 */
export type DefaultRequirement = Pick<Requirement, 'person' | 'mission' | 'class' | 'classPolicy'>

/** What is done where the agent provider of a token is unknown (docs/decisions.md#class-policies). */
export type ClassPolicy = 'deny' | 'mission-only' | 'same-key' | 'linked-key'

/**
 * What a requirement yields: the identity; `undefined` too where callers without credential pass, and an
 * {@link OtherCaller} where there is an `alternative`.
 */
export type Authorized<
  Accept extends TokenKind,
  Optional extends boolean,
  Person extends PersonNeed = 'optional',
  Alternative extends AlternativeCredential = never,
> =
  | AuthFor<Accept, Person>
  | (Optional extends true ? undefined : never)
  | ([Alternative] extends [never] ? never : OtherCaller)

/** A requirement for whatever kinds of token; what is checked and compiled. */
export type AnyRequirement = Omit<Requirement<TokenKind>, 'check'> & Pick<Requirement<never>, 'check'>

/** A requirement after it was checked, in the form the guards use. */
export interface CompiledRequirement {
  readonly name: string | undefined
  readonly accept: ReadonlySet<TokenKind>
  readonly scopes: readonly string[]
  readonly personRequired: boolean
  readonly missionRequired: boolean
  readonly missionForbidden: boolean
  readonly approver: string | undefined
  readonly providers: readonly string[] | undefined
  readonly classPolicy: ClassPolicy
  readonly tool: string | undefined
  readonly account: AnyRequirement['account']
  readonly components: readonly string[]
  readonly singleUse: boolean
  readonly optional: boolean
  readonly trust: Trust | undefined
  readonly check: AnyRequirement['check']
  readonly alternative: CompiledAlternative | undefined
}

export function isClassPolicy(value: unknown): value is ClassPolicy {
  return value === 'deny' || value === 'mission-only' || value === 'same-key' || value === 'linked-key'
}
