import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { checkServerId, checkServerIds } from '../token/check-server-ids.ts'
import { checkClaimNames } from '../token/further-claims.ts'
import { generationNames } from '../token/generations.ts'
import { authorityOf } from '../token/identifiers.ts'
import type { Generation } from '../token/kinds.ts'
import { quoted } from '../wire/quoted.ts'
import { splitTarget } from '../wire/target.ts'
import { checkClock } from './check-clock.ts'
import { checkDisplay } from './check-display.ts'
import { checkLimits } from './check-limits.ts'
import { checkLog } from './check-log.ts'
import { checkObserve } from './check-observe.ts'
import { checkProblemTypes } from './check-problem-types.ts'
import { checkScopes } from './check-scopes.ts'
import { checkSignatureOptions } from './check-signature-options.ts'
import { checkPublishedKeys, checkSigningKey } from './check-signing-key.ts'
import { checkStaleReads, checkStores } from './check-stores.ts'
import { checkDefaultRequirement } from './compile-requirement.ts'
import type { ResourceOptions } from './options.ts'
import type { ResourceSettings } from './settings.ts'
import type { ManagedAccessFactory, MissionMonitorFactory } from './state.ts'
import { checkTrust } from './trust.ts'

const typesOf = {
  cors: 'boolean',
  acceptPersonServerTokens: 'boolean',
  accounts: 'function',
  fetch: 'function',
  now: 'function',
  onDecision: 'function',
  onEvent: 'function',
  recorder: 'function',
} as const
const authority = /^[a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?$/

/** @throws {TypeError} that names the option and what it must be */
export function checkOptions(options: ResourceOptions): {
  readonly settings: ResourceSettings
  readonly missions: MissionMonitorFactory | undefined
  readonly managed: ManagedAccessFactory | undefined
} {
  const given = ownMembers(options)
  given.development?.allow(given.issuer)
  checkServerId(given.issuer, 'issuer')
  assert(
    given.trust !== undefined,
    '"trust" is missing: write \'any\', or { agentProviders, personServers, accessServers } with the issuers that you trust',
  )
  for (const [name, type] of Object.entries(typesOf) as [keyof typeof typesOf, string][])
    assert(
      given[name] === undefined || typeof given[name] === type,
      `"${name}" is ${quoted(given[name])}: pass a ${type}`,
    )
  const authorities = given.authorities ?? [authorityOf(given.issuer)]
  assert(
    authorities.length > 0 && authorities.every((name) => authority.test(name)),
    '"authorities" is empty or contains a value that is not a host name: list host names in lower case, such as "notes.example"',
  )
  const { accessServer, maxAgentTokenLifetime } = given
  if (accessServer !== undefined) checkServerId(accessServer, 'accessServer')
  assert(
    maxAgentTokenLifetime === undefined ||
      (Number.isInteger(maxAgentTokenLifetime) && maxAgentTokenLifetime > 0),
    `"maxAgentTokenLifetime" is ${quoted(maxAgentTokenLifetime)}: write a positive integer of seconds`,
  )
  const scopes = checkScopes(given)
  const settings = {
    issuer: given.issuer,
    trust: checkTrust(given.trust),
    authorities: authorities.map((name) => name.replace(/:443$/, '')),
    strippedPrefix: checkPrefix(given.strippedPrefix ?? ''),
    cors: given.cors ?? false,
    ...scopes,
    accessServer,
    acceptPersonServerTokens: given.acceptPersonServerTokens ?? false,
    generations: checkGenerations(given.generations),
    signingKey: checkSigningKey(given.signingKey),
    publishedKeys: checkPublishedKeys(given.publishedKeys ?? [], given.signingKey),
    accessMode: checkAccessMode(given.accessMode ?? 'auth-token'),
    accounts: given.accounts,
    revocationDelegates: checkRevokers(given.revocationDelegates ?? {}),
    legacyPersonTokenJti: checkLegacyJti(given.legacyPersonTokenJti ?? 'auto'),
    staleReads: checkStaleReads(given.staleReads ?? 0),
    stores: checkStores(ownMembers(given.stores ?? {})),
    ...checkSignatureOptions(given),
    ed25519: checkEd25519(given.ed25519 ?? 'platform'),
    claims: checkClaimNames(given.claims ?? []),
    require: checkDefaultRequirement(given.require === undefined ? {} : given.require),
    maxAgentTokenLifetime,
    fetch: given.fetch,
    now: given.now === undefined ? () => Math.floor(Date.now() / 1000) : checkClock(given.now),
    metadata: checkDisplay(given.metadata ?? {}),
    onDecision: given.onDecision,
    onEvent: given.onEvent,
    recorder: given.recorder,
    observe: checkObserve(given.observe === undefined ? {} : ownMembers(given.observe)),
    log: checkLog(given.log, given.issuer),
    problemTypes: checkProblemTypes(given.problemTypes),
    limits: checkLimits(ownMembers(given.limits ?? {})),
  }
  assertKnownMembers(
    given,
    [...Object.keys(settings), 'missions', 'managed', 'development'],
    'createResource',
  )
  const missions = checkMade('missions', given.missions, 'monitorMissions')
  const managed = checkMade('managed', given.managed, 'managedAccess')
  assert(
    settings.accessMode !== 'session-token' || managed !== undefined,
    '"accessMode" is "session-token", but the resource issues no sessions: pass "managed" to createResource',
  )
  return { settings, missions, managed }
}

function checkPrefix(prefix: string): string {
  assert(
    prefix === '' || (splitTarget(prefix)?.path === prefix && !prefix.endsWith('/')),
    `"strippedPrefix" is ${quoted(prefix)}: write a path that starts with / and does not end with /, such as "/api"`,
  )
  return prefix
}

function checkGenerations(given: readonly Generation[] | undefined): ReadonlySet<Generation> {
  const generations = new Set<Generation>(given ?? generationNames)
  const known = [...generations].every((name) => generationNames.includes(name))
  assert(
    generations.size > 0 && known,
    `"generations" is empty or contains an unknown name: list at least one of ${generationNames.join(', ')}`,
  )
  return generations
}

function checkAccessMode(mode: ResourceSettings['accessMode']): ResourceSettings['accessMode'] {
  assert(
    ['agent-token', 'person-token', 'auth-token', 'session-token'].includes(mode),
    `"accessMode" is ${quoted(mode)}: use agent-token, person-token, auth-token or session-token`,
  )
  return mode
}

function checkEd25519(backend: ResourceSettings['ed25519']): ResourceSettings['ed25519'] {
  assert(
    ['platform', 'sodium-native'].includes(backend),
    `"ed25519" is ${quoted(backend)}: use platform or sodium-native`,
  )
  return backend
}

function checkLegacyJti(
  given: ResourceSettings['legacyPersonTokenJti'],
): ResourceSettings['legacyPersonTokenJti'] {
  if (given === 'auto' || given === 'never') return given
  assert(
    Array.isArray(given),
    `"legacyPersonTokenJti" is ${quoted(given)}: write 'auto', 'never' or a list of server identifiers`,
  )
  return checkServers(given, 'legacyPersonTokenJti')
}

function checkRevokers(
  given: Readonly<Record<string, readonly string[]>>,
): ResourceSettings['revocationDelegates'] {
  const revocationDelegates = new Map(Object.entries(given))
  for (const [issuer, others] of revocationDelegates) {
    checkServerId(issuer, 'revocationDelegates')
    checkServers(others, `revocationDelegates.${issuer}`)
  }
  return revocationDelegates
}

function checkServers(servers: readonly string[], name: string): readonly string[] {
  checkServerIds(servers, name)
  return [...servers]
}

/** What a function of a subpath makes, which applications that do not use it do not load. */
function checkMade<Made extends { readonly start: unknown }>(
  name: string,
  made: Made | undefined,
  maker: string,
): Made | undefined {
  assert(
    made === undefined || typeof made?.start === 'function',
    `"${name}" is ${quoted(made)}, which ${maker}() did not make: pass what it returned`,
  )
  return made
}
