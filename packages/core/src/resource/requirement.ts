import { assert } from '../assert/assert.ts'
import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import type { TokenKind } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'
import type { RoutedRequest } from '../wire/routed-request.ts'
import type { AlternativeCredential, CompiledAlternative } from './alternative-credential.ts'
import type { ChallengeTerms } from './challenge-terms.ts'
import type { Trust } from './trust.ts'

/**
 * What a route requires of its callers: plain data that is checked once, when the guard is made.
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
  /** The name of the route in events and logs, such as `notes.read`: 1 to 128 characters. Has no other effect. */
  readonly name?: string
  /**
   * The kinds of token that are accepted. Default `'auth-token'`. No kind implies another, except that `'person-token'`
   * also accepts an auth token of draft 11, which names the same person (R11-072).
   */
  readonly accept?: Accept | readonly Accept[]
  /** Scopes that the auth token, or the session, must grant, all of them. The resource must describe each one. */
  readonly scope?: string | readonly string[]
  /**
   * `'required'` refuses tokens that do not name a person, and narrows the type of `Auth`. The response to an agent token
   * is a challenge for a person token if its person server supports draft 11; the response to any other token is 403
   * `person_required`. Default `'optional'`: auth tokens of drafts 01 to 10 need not name a person.
   */
  readonly person?: Person
  /**
   * Whether the token must, must not or may carry a mission, or must carry one from this approver. Default: `require` of
   * the resource, which `'optional'` waives, or else `'optional'`. Agent tokens do not carry missions, so requiring one
   * on a route that accepts nothing else is an error at start.
   */
  readonly mission?: 'required' | 'optional' | 'forbidden' | { readonly approver: string }
  /**
   * The agent providers, one or several, whose runtimes may act. Implies `mission: 'required'`. `'any'` (default)
   * accepts every provider, and waives `require` of the resource.
   */
  readonly class?: 'any' | { readonly provider: string | readonly string[] }
  /**
   * What `class`, and `requireGrant` behind this guard, do with a token that does not name a provider, such as one of
   * draft 11 (docs/decisions.md#class-policies). `'deny'` (default) refuses it; `'mission-only'` accepts it for its
   * mission. `'same-key'` and `'linked-key'` compare it with a grant, so `class` refuses it.
   */
  readonly classPolicy?: ClassPolicy
  /**
   * A tool of the mission's `approved_tools`. Implies `mission: 'required'`, and needs `blobs` of `monitorMissions`.
   */
  readonly tool?: string
  /**
   * The account that this route belongs to, or a function that derives it from `request.path`, which is the path that
   * was signed and routed, even if the client sent the target in absolute form. The account must equal the `account` of
   * the auth token byte for byte. Otherwise, or if the function throws or does not return a string, the request is
   * refused with `access_denied` (R11-068).
   */
  readonly account?: string | ((request: RoutedRequest) => string)
  /**
   * Components that the signature must cover on this route, in addition to those of the protocol and of the resource:
   * `@query`, `@target-uri`, `@request-target`, `@scheme`, or header fields in lower case. A field must be covered if the
   * message has content or contains the field.
   */
  readonly components?: readonly string[]
  /**
   * Accepts each request only once, whatever its method and `replay` of the resource. The signature must have a `nonce`
   * or cover `content-digest`, even if the content is empty; otherwise the response is 401 `invalid_input`. The guard
   * does not ensure that an accepted request is executed only once: idempotency remains the task of the application.
   * Default `false`.
   */
  readonly singleUse?: boolean
  /**
   * Whether the route takes sessions (`AAuth-Access`), with the option `managed` of the resource. A session stands beside
   * an agent token or a person token that `accept` names, and grants what a person agreed to: `scope` is met by it or by an
   * auth token, and `scopes` and `session` of `Auth` come from it. A value that is unknown, expired or somebody else's is
   * ignored, and beside an auth token every value is. Default `false`.
   */
  readonly sessions?: boolean
  /**
   * Also accepts requests without any credential, which then have no `Auth`. An invalid credential or an empty signature
   * field is still refused.
   */
  readonly optional?: Optional
  /** Narrows the `trust` of the resource on this route; it cannot widen it. */
  readonly trust?: Trust
  /**
   * Called after all other checks have passed. Only `true` accepts the request; any other result is refused with
   * `access_denied`. A thrown `AAuthError` is sent as it is, any other error as `server_error` (503).
   */
  readonly check?: (auth: AuthFor<Accept, Person>, request: RoutedRequest) => boolean | Promise<boolean>
  /**
   * What is added to the response that asks a verified caller for an auth token: a hint about the person, or a payment. It
   * is called for verified tokens only, each time that a resource token is made. A thrown `AAuthError` is sent as it is, any
   * other error, and a result of another form, as `server_error` (503).
   */
  readonly challenge?: (auth: Auth) => ChallengeTerms | undefined | Promise<ChallengeTerms | undefined>
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
 * What every guard of a resource requires. A route that names the same member overrides it, such as with
 * `mission: 'optional'`, `person: 'optional'` or `class: 'any'`. Unlike `person` of a route, it does not narrow the type
 * of `Auth`.
 */
export type DefaultRequirement = Pick<Requirement, 'person' | 'mission' | 'class' | 'classPolicy'>

/** How a token whose agent provider is unknown is treated (docs/decisions.md#class-policies). */
export type ClassPolicy = 'deny' | 'mission-only' | 'same-key' | 'linked-key'

/**
 * The result of a requirement: the identity; also `undefined` if callers without a credential are accepted, and an
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

/** A requirement for any kinds of token, as it is checked and compiled. */
export type AnyRequirement = Omit<Requirement<TokenKind>, 'check'> & Pick<Requirement<never>, 'check'>

/** Marks a requirement that `requireInteraction` made. Copies with further members keep it. */
export const askingMark: unique symbol = Symbol('askingMark')

/** What `requireInteraction` needs of the guard beside its `check`. */
export interface AsksPerson {
  /** Whether a consent that stands for the caller counts like a session. */
  readonly takesStanding: boolean
  /**
   * Makes the claim of a resource token that leads the person to the page of the resource; `undefined` if they have been
   * there.
   * @param until seconds at which the resource token expires
   * @throws {AAuthError} (the promise rejects)
   */
  readonly interaction: ((auth: Auth, until: number) => Promise<InteractionClaim | undefined>) | undefined
}

/** A checked requirement, in the form that the guards use. */
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
  readonly sessions: boolean
  /** Whether signatures are marked as used by whoever decides the request, and not while it is verified. */
  readonly marksLater?: boolean
  readonly optional: boolean
  readonly trust: Trust | undefined
  readonly check: AnyRequirement['check']
  readonly challenge: AnyRequirement['challenge']
  readonly asksPerson: AsksPerson | undefined
  readonly alternative: CompiledAlternative | undefined
}

/** @throws {TypeError} */
export function assertClassPolicy(value: unknown): asserts value is ClassPolicy {
  assert(
    value === 'deny' || value === 'mission-only' || value === 'same-key' || value === 'linked-key',
    `"classPolicy" is ${quoted(value)}: write 'deny', 'mission-only', 'same-key' or 'linked-key'`,
  )
}
