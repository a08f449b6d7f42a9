import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkComponents } from '../signature/coverage.ts'
import { isServerId } from '../token/identifiers.ts'
import type { TokenKind } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'
import { type CompiledAlternative, compiledAlternative, type Exemption } from './alternative-credential.ts'
import { asksPerson } from './asks-person.ts'
import { assertScopesDescribed } from './described-scopes.ts'
import {
  type AnyRequirement,
  type AsksPerson,
  askingMark,
  assertClassPolicy,
  type CompiledRequirement,
  type DefaultRequirement,
} from './requirement.ts'
import { checkTrust } from './trust.ts'

const noDefaults: DefaultRequirement = ownMembers({})
const missionWords: ReadonlySet<unknown> = new Set([undefined, 'required', 'optional', 'forbidden'])
const kinds: ReadonlySet<unknown> = new Set<TokenKind>(['agent-token', 'person-token', 'auth-token'])
const defaultMembers: readonly string[] = ['person', 'mission', 'class', 'classPolicy']
const waivers: ReadonlySet<unknown> = new Set(['optional', 'any'])
const members: readonly string[] = [
  'name',
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
  'sessions',
  'optional',
  'trust',
  'check',
  'challenge',
  'alternative',
]

/** @throws {TypeError} for a member that cannot be a default; values are checked with each route */
export function checkDefaultRequirement(given: unknown): DefaultRequirement {
  assert(
    typeof given === 'object' && given !== null && !Array.isArray(given),
    `"require" is ${quoted(given)}, which is not an object: write { mission: 'required' }`,
  )
  const defaults = ownMembers(given as DefaultRequirement)
  assertKnownMembers(defaults, defaultMembers, '"require"')
  // A value that waives is the default anyway, and must not conflict with a route that names a class.
  return ownMembers(Object.fromEntries(Object.entries(defaults).filter(([, value]) => !waivers.has(value))))
}

/**
 * @param defaults what the resource requires when the route does not say otherwise
 * @throws {TypeError} for a value that would not have the effect that its author expects
 */
export function compileRequirement(
  given: AnyRequirement,
  described: ReadonlySet<string>,
  personTokens: boolean,
  defaults: DefaultRequirement = noDefaults,
): CompiledRequirement {
  assert(
    isPlainObject(given),
    `the requirement (${quoted(given)}) is not a plain object: write its members out, such as { scope: 'notes.read' }`,
  )
  const named = ownMembers(given)
  assertKnownMembers(named, members, 'a requirement')
  const requirement = Object.assign(ownMembers(defaults) as AnyRequirement, named)
  const { name, account, optional = false, trust, check, singleUse = false, sessions = false } = requirement
  assert(
    name === undefined || (typeof name === 'string' && name.length > 0 && name.length <= 128),
    `"name" is ${quoted(name)}, which is not a text of 1 to 128 characters: write the name of the route that logs should show`,
  )
  const accept = new Set<TokenKind>([requirement.accept ?? 'auth-token'].flat() as TokenKind[])
  assert(
    accept.size > 0 && [...accept].every((kind) => kinds.has(kind)),
    '"accept" is not a kind of token: write auth-token, person-token, agent-token or a list of these',
  )
  assert(
    personTokens || !accept.has('person-token'),
    '"accept" names person-token, but "generations" of the resource excludes it: add "person-token" there',
  )
  const scopes = requirement.scope === undefined ? [] : [requirement.scope].flat()
  assertScopesDescribed(scopes, described)
  assert(
    scopes.length === 0 || (accept.has('auth-token') && (accept.size === 1 || sessions === true)),
    '"scope" is set, but only auth tokens grant scopes: leave "accept" out',
  )
  assert(
    sessions !== true || accept.has('agent-token') || accept.has('person-token'),
    '"sessions" is set, but a session needs another token beside it: add "agent-token" or "person-token" to "accept"',
  )
  const { person = 'optional' } = requirement
  assert(
    person === 'required' || person === 'optional',
    `"person" is ${quoted(person)}: write 'required' or 'optional'`,
  )
  assert(
    person === 'optional' || accept.size > 1 || !accept.has('agent-token'),
    "\"person\" is 'required' on a route that accepts only agent tokens, which do not name a person: accept another kind, or write person: 'optional'",
  )
  assert(
    account === undefined || typeof account === 'string' || typeof account === 'function',
    `"account" is ${quoted(account)}: write a string or a function`,
  )
  for (const [member, value] of Object.entries({ optional, singleUse, sessions }))
    assert(typeof value === 'boolean', `"${member}" is ${quoted(value)}: write true or false`)
  assert(check === undefined || typeof check === 'function', `"check" is ${quoted(check)}: pass a function`)
  const { alternative, challenge } = requirement
  assert(
    challenge === undefined || (typeof challenge === 'function' && accept.has('auth-token')),
    `"challenge" is ${quoted(challenge)}: pass a function, on a route that accepts auth tokens`,
  )
  const compiled = {
    name,
    accept,
    scopes,
    personRequired: person === 'required',
    ...compileMission(requirement, accept),
    account,
    components: checkComponents(requirement.components ?? [], 'components'),
    singleUse,
    sessions,
    optional,
    trust: trust === undefined ? undefined : checkTrust(trust),
    check,
    challenge,
    asksPerson: (given as { readonly [askingMark]?: AsksPerson })[askingMark],
    alternative: alternative === undefined ? undefined : compiledAlternative(alternative),
  }
  assertManaged(compiled)
  if (compiled.alternative !== undefined) assertExempt(compiled, compiled.alternative)
  return compiled
}

/** What a person agrees to is for callers of AAuth (docs/how-to/interaction.md, docs/how-to/sessions.md). @throws {TypeError} */
function assertManaged({ name, optional, sessions, alternative, check }: CompiledRequirement): void {
  assert(
    !sessions || alternative === undefined,
    '"sessions" is set beside "alternative", whose callers have none: give them a route of their own',
  )
  if (!asksPerson({ check: check as AnyRequirement['check'] })) return
  assert(
    !optional && alternative === undefined,
    'requireInteraction is used with "optional" or "alternative", whose callers would pass without a consent: leave these out',
  )
  assert(
    name !== undefined,
    '"name" was removed from the requirement of requireInteraction: persons have to know what they are asked',
  )
}

/** Nothing that a route demands is skipped silently for callers without AAuth. @throws {TypeError} */
function assertExempt(
  requirement: Omit<CompiledRequirement, 'alternative'>,
  { scheme, exempt }: CompiledAlternative,
): void {
  const demands: Readonly<Record<Exemption, boolean>> = {
    mission: requirement.missionRequired,
    class: requirement.providers !== undefined,
    person: requirement.personRequired,
    tool: requirement.tool !== undefined,
    account: requirement.account !== undefined,
    singleUse: requirement.singleUse,
    check: requirement.check !== undefined,
  }
  const unmet = Object.entries(demands).flatMap(([name, isDemanded]) =>
    isDemanded && !exempt.has(name) ? [name] : [],
  )
  assert(
    unmet.length === 0,
    `the route demands ${unmet.join(', ')}, which callers with ${quoted(scheme)} cannot meet: leave out "alternative", or write exempt: [${unmet.map((name) => `'${name}'`).join(', ')}] in alternativeCredential if they may pass without`,
  )
}

/** Mission, class and tool are compiled together, since class and tool need a mission. */
function compileMission(
  { mission, class: agentClass, classPolicy = 'deny', tool }: AnyRequirement,
  accept: ReadonlySet<TokenKind>,
): Pick<
  CompiledRequirement,
  'missionRequired' | 'missionForbidden' | 'approver' | 'providers' | 'classPolicy' | 'tool'
> {
  const approver = onlyMember(mission, 'approver')
  assert(
    typeof mission === 'object' ? isServerId(approver) : missionWords.has(mission),
    `"mission" is ${quoted(mission)}: write 'required', 'optional', 'forbidden', or { approver: server identifier }`,
  )
  const providers =
    agentClass === undefined || agentClass === 'any' ? undefined : [onlyMember(agentClass, 'provider')].flat()
  assert(
    providers === undefined || (providers.length > 0 && providers.every(isServerId)),
    `"class" is ${quoted(agentClass)}: write 'any' or { provider: server identifier, or a list of them }`,
  )
  assertClassPolicy(classPolicy)
  assert(
    tool === undefined || (typeof tool === 'string' && tool !== ''),
    `"tool" is ${quoted(tool)}: write the name of a tool`,
  )
  assert(
    (mission !== 'forbidden' && mission !== 'optional') || (providers ?? tool) === undefined,
    `"mission" is ${quoted(mission)}, and "class" and "tool" need a mission: leave "mission" out, or leave these out (class: 'any' where "require" of the resource names one)`,
  )
  const missionRequired = mission === 'required' || (approver ?? providers ?? tool) !== undefined
  assert(
    !missionRequired || accept.size > 1 || !accept.has('agent-token'),
    '"mission" is required on a route that accepts only agent tokens, which do not carry a mission: accept another kind, or write mission: \'optional\' (and class: \'any\' where "require" of the resource names one)',
  )
  return {
    missionRequired,
    missionForbidden: mission === 'forbidden',
    approver: approver as string | undefined,
    providers: providers as readonly string[] | undefined,
    classPolicy,
    tool,
  }
}

/** The value of the only member that `value` may have. */
function onlyMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  return entries.length === 1 && entries[0]?.[0] === name ? entries[0][1] : undefined
}

/** Whether the prototype is `Object.prototype` of any realm, or `null`. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
