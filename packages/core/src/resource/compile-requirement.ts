import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkComponents } from '../signature/coverage.ts'
import { isServerId } from '../token/identifiers.ts'
import type { TokenKind } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'
import { type CompiledAlternative, compiledAlternative, type Exemption } from './alternative-credential.ts'
import { assertScopesDescribed } from './described-scopes.ts'
import {
  type AnyRequirement,
  type CompiledRequirement,
  type DefaultRequirement,
  isClassPolicy,
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
  'optional',
  'trust',
  'check',
  'alternative',
]

/** @throws {TypeError} for a member that routes cannot take over; its value is checked with each route */
export function checkDefaultRequirement(given: unknown): DefaultRequirement {
  assert(
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
  assert(
    isPlainObject(given),
    "a requirement must be an object of its own members, such as { scope: 'notes.read' }: what it inherits, and what a Map holds, would demand nothing",
  )
  const named = ownMembers(given)
  assertKnownMembers(named, members, 'a requirement')
  const requirement = Object.assign(ownMembers(defaults) as AnyRequirement, named)
  const { name, account, optional = false, trust, check, singleUse = false } = requirement
  assert(
    name === undefined || (typeof name === 'string' && name.length > 0 && name.length <= 128),
    `"name" is ${quoted(name)}, which is not a text of 1 to 128 characters: name the route as logs should show it`,
  )
  const accept = new Set<TokenKind>([requirement.accept ?? 'auth-token'].flat() as TokenKind[])
  assert(
    accept.size > 0 && [...accept].every((kind) => kinds.has(kind)),
    '"accept" must be auth-token, person-token, agent-token, or a list of these',
  )
  assert(
    personTokens || !accept.has('person-token'),
    '"accept" names person-token, but the person-token generation is switched off',
  )
  const scopes = requirement.scope === undefined ? [] : [requirement.scope].flat()
  assertScopesDescribed(scopes, described)
  assert(
    scopes.length === 0 || (accept.size === 1 && accept.has('auth-token')),
    '"scope" is granted by auth tokens alone; leave "accept" out',
  )
  const { person = 'optional' } = requirement
  assert(
    person === 'required' || person === 'optional',
    `"person" is ${quoted(person)}: write 'required' or 'optional'`,
  )
  assert(
    person === 'optional' || accept.size > 1 || !accept.has('agent-token'),
    "\"person\" is 'required' on a route that accepts agent tokens alone, which name nobody: accept another kind, or write person: 'optional'",
  )
  assert(
    account === undefined || typeof account === 'string' || typeof account === 'function',
    '"account" must be a string or a function',
  )
  assert(typeof optional === 'boolean', '"optional" must be a boolean')
  assert(typeof singleUse === 'boolean', '"singleUse" must be a boolean')
  assert(check === undefined || typeof check === 'function', '"check" must be a function')
  const { alternative } = requirement
  const compiled = {
    name,
    accept,
    scopes,
    personRequired: person === 'required',
    ...compileMission(requirement, accept),
    account,
    components: checkComponents(requirement.components ?? [], 'components'),
    singleUse,
    optional,
    trust: trust === undefined ? undefined : checkTrust(trust),
    check,
    alternative: alternative === undefined ? undefined : compiledAlternative(alternative),
  }
  if (compiled.alternative !== undefined) assertExempt(compiled, compiled.alternative)
  return compiled
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

/** What is required of mission, class and tool, which go together. */
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
    '"class" must be \'any\' or { provider: server identifier, or a list of them }',
  )
  assert(isClassPolicy(classPolicy), '"classPolicy" must be deny, mission-only, same-key or linked-key')
  assert(tool === undefined || (typeof tool === 'string' && tool !== ''), '"tool" must be the name of a tool')
  assert(
    (mission !== 'forbidden' && mission !== 'optional') || (providers ?? tool) === undefined,
    `"mission" is ${quoted(mission)}, and "class" and "tool" need a mission: leave "mission" out, or leave these out (class: 'any' where "require" of the resource names one)`,
  )
  const missionRequired = mission === 'required' || (approver ?? providers ?? tool) !== undefined
  assert(
    !missionRequired || accept.size > 1 || !accept.has('agent-token'),
    '"mission" is required on a route that accepts agent tokens alone, which carry none: accept another kind, or write mission: \'optional\' (and class: \'any\' where "require" of the resource names one)',
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

/** The value of the one member that `value` may have. */
function onlyMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  return entries.length === 1 && entries[0]?.[0] === name ? entries[0][1] : undefined
}

/** One whose prototype is that of objects, of this realm or another, or none. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
