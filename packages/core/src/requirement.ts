import { demand } from './demand.ts'
import { checkTrust, type Trust } from './keys/trust.ts'
import { assertKnownMembers } from './known-members.ts'
import { ownMembers } from './own-members.ts'
import type { RoutedRequest } from './routed-request.ts'
import { checkComponents } from './signature/coverage.ts'
import type { AuthFor, PersonNeed } from './token/auth.ts'
import { isServerId } from './token/identifiers.ts'
import type { TokenKind } from './token/kinds.ts'
import { quoted } from './wire/quoted.ts'

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
> {
  /**
   * The kinds of token that are served; default `'auth-token'`. Read literally, except that `'person-token'`
   * also takes an auth token of draft 11, which names the same person (R11-072).
   */
  readonly accept?: Accept | readonly Accept[]
  /** Scopes the auth token must grant, all of them. Each must be described by the resource. */
  readonly scope?: string | readonly string[]
  /**
   * `'required'` refuses tokens that name no person, and narrows the type of `Auth`: an agent token is sent back for a
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
   * What `class` does with a token that names no provider, as those of draft 11, and what `requireGrant` behind this
   * guard does (matrix §4.3). `'deny'` (default) refuses it; `'mission-only'` lets it pass for its mission. `'same-key'`
   * and `'linked-key'` compare with a grant, so for `class` they refuse it.
   */
  readonly classPolicy?: ClassPolicy
  /**
   * A tool of the mission's `approved_tools`. Implies `mission: 'required'`, and needs `blobs` of `watchMissions`.
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
   * Lets requests pass that carry no credential at all; then there is no `Auth`. A credential that is bad, or an
   * empty signature field, is refused as ever.
   */
  readonly optional?: Optional
  /** Narrows the `trust` of the resource on this route; it cannot widen it. */
  readonly trust?: Trust
  /**
   * The last word, after everything else passed. Only `true` lets the request through; any other result is
   * `access_denied`. A thrown `AAuthError` is answered as it is, any other throw as `server_error` (503).
   */
  readonly check?: (auth: AuthFor<Accept, Person>, request: RoutedRequest) => boolean | Promise<boolean>
}

/**
 * What every guard of a resource requires, unless its route names the same member: then the route's counts, such as
 * `mission: 'optional'`, `person: 'optional'` or `class: 'any'`. It does not narrow the type of `Auth`, as `person` of a
 * route does.
 */
export type DefaultRequirement = Pick<Requirement, 'person' | 'mission' | 'class' | 'classPolicy'>

/** What is done where the agent provider of a token is unknown (matrix §4.3). */
export type ClassPolicy = 'deny' | 'mission-only' | 'same-key' | 'linked-key'

/** What a requirement yields: the identity, or `undefined` too where callers without credential pass. */
export type Authorized<
  Accept extends TokenKind,
  Optional extends boolean,
  Person extends PersonNeed = 'optional',
> = AuthFor<Accept, Person> | (Optional extends true ? undefined : never)

/** A requirement for whatever kinds of token; what is checked and compiled. */
export type AnyRequirement = Omit<Requirement<TokenKind>, 'check'> & Pick<Requirement<never>, 'check'>

/** A requirement after it was checked, in the form the guards use. */
export interface CompiledRequirement {
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
}

const noDefaults: DefaultRequirement = ownMembers({})
const missionWords: ReadonlySet<unknown> = new Set([undefined, 'required', 'optional', 'forbidden'])
const kinds: ReadonlySet<unknown> = new Set<TokenKind>(['agent-token', 'person-token', 'auth-token'])
const defaultMembers: readonly string[] = ['person', 'mission', 'class', 'classPolicy']
const waivers: ReadonlySet<unknown> = new Set(['optional', 'any'])
const members: readonly string[] = [
  'accept',
  'scope',
  'person',
  'mission',
  'class',
  'classPolicy',
  'tool',
  'account',
  'components',
  'singleUse',
  'optional',
  'trust',
  'check',
]

/** @throws {TypeError} for a member that routes cannot take over; its value is checked with each route */
export function checkDefaultRequirement(given: unknown): DefaultRequirement {
  demand(
    typeof given === 'object' && given !== null && !Array.isArray(given),
    `"require" is ${quoted(given)}, which is not an object: write { mission: 'required' }`,
  )
  const defaults = ownMembers(given as DefaultRequirement)
  assertKnownMembers(defaults, defaultMembers, '"require"')
  // What waives is the default anyway. A route that names a class needs no mission waived.
  return ownMembers(Object.fromEntries(Object.entries(defaults).filter(([, value]) => !waivers.has(value))))
}

/**
 * @param defaults what the resource requires where the route says nothing
 * @throws {TypeError} for anything that would not mean what was written
 */
export function compileRequirement(
  given: AnyRequirement,
  described: ReadonlySet<string>,
  personTokens: boolean,
  defaults: DefaultRequirement = noDefaults,
): CompiledRequirement {
  demand(typeof given === 'object' && given !== null, 'a requirement must be an object')
  const named = ownMembers(given)
  assertKnownMembers(named, members, 'a requirement')
  const requirement = Object.assign(ownMembers(defaults) as AnyRequirement, named)
  const { mission, class: agentClass, classPolicy = 'deny', tool, account, optional = false } = requirement
  const { trust, check, singleUse = false } = requirement
  const accept = new Set<TokenKind>([requirement.accept ?? 'auth-token'].flat() as TokenKind[])
  demand(
    accept.size > 0 && [...accept].every((kind) => kinds.has(kind)),
    '"accept" must be auth-token, person-token, agent-token, or a list of these',
  )
  demand(
    personTokens || !accept.has('person-token'),
    '"accept" names person-token, but the person-token generation is switched off',
  )
  const scopes = requirement.scope === undefined ? [] : [requirement.scope].flat()
  const undescribed = scopes.find((scope) => !described.has(scope))
  demand(undescribed === undefined, `"scope" names "${undescribed}", which "scopes" does not describe`)
  demand(
    scopes.length === 0 || (accept.size === 1 && accept.has('auth-token')),
    '"scope" is granted by auth tokens alone; leave "accept" out',
  )
  const { person = 'optional' } = requirement
  demand(
    person === 'required' || person === 'optional',
    `"person" is ${quoted(person)}: write 'required' or 'optional'`,
  )
  demand(
    person === 'optional' || accept.size > 1 || !accept.has('agent-token'),
    "\"person\" is 'required' on a route that accepts agent tokens alone, which name nobody: accept another kind, or write person: 'optional'",
  )
  const approver = onlyMember(mission, 'approver')
  demand(
    typeof mission === 'object' ? isServerId(approver) : missionWords.has(mission),
    `"mission" is ${quoted(mission)}: write 'required', 'optional', 'forbidden', or { approver: server identifier }`,
  )
  const providers =
    agentClass === undefined || agentClass === 'any' ? undefined : [onlyMember(agentClass, 'provider')].flat()
  demand(
    providers === undefined || (providers.length > 0 && providers.every(isServerId)),
    '"class" must be \'any\' or { provider: server identifier, or a list of them }',
  )
  demand(isClassPolicy(classPolicy), '"classPolicy" must be deny, mission-only, same-key or linked-key')
  demand(tool === undefined || (typeof tool === 'string' && tool !== ''), '"tool" must be the name of a tool')
  demand(
    (mission !== 'forbidden' && mission !== 'optional') || (providers ?? tool) === undefined,
    `"mission" is ${quoted(mission)}, and "class" and "tool" need a mission: leave "mission" out, or leave these out (class: 'any' where "require" of the resource names one)`,
  )
  const missionRequired = mission === 'required' || (approver ?? providers ?? tool) !== undefined
  demand(
    !missionRequired || accept.size > 1 || !accept.has('agent-token'),
    '"mission" is required on a route that accepts agent tokens alone, which carry none: accept another kind, or write mission: \'optional\' (and class: \'any\' where "require" of the resource names one)',
  )
  demand(
    account === undefined || typeof account === 'string' || typeof account === 'function',
    '"account" must be a string or a function',
  )
  demand(typeof optional === 'boolean', '"optional" must be a boolean')
  demand(typeof singleUse === 'boolean', '"singleUse" must be a boolean')
  demand(check === undefined || typeof check === 'function', '"check" must be a function')
  return {
    accept,
    scopes,
    personRequired: person === 'required',
    missionRequired,
    missionForbidden: mission === 'forbidden',
    approver: approver as string | undefined,
    providers,
    classPolicy,
    tool,
    account,
    components: checkComponents(requirement.components ?? [], 'components'),
    singleUse,
    optional,
    trust: trust === undefined ? undefined : checkTrust(trust),
    check,
  }
}

export function isClassPolicy(value: unknown): value is ClassPolicy {
  return value === 'deny' || value === 'mission-only' || value === 'same-key' || value === 'linked-key'
}

/** The value of the one member that `value` may have. */
function onlyMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  return entries.length === 1 && entries[0]?.[0] === name ? entries[0][1] : undefined
}
