import type { JWK } from 'jose'
import type { AAuthError } from './errors.ts'
import type { Trust } from './keys/trust.ts'
import { checkComponents, checkTrust } from './requirement.ts'
import type { ReplayScope } from './signature/replay.ts'
import { isServerId } from './token/identifiers.ts'
import type { Generation } from './token/kinds.ts'
import type { SignedRequest } from './wire/signed-request.ts'

/** A private signing key: Ed25519 or P-256, with `kid` and a fully specified `alg`. */
export type SigningKey = JWK & { readonly kid: string; readonly alg: 'Ed25519' | 'ES256' }

/** Options of {@link createResource}. All of them are checked when the resource is made. */
export interface ResourceOptions {
  /** The resource's own server identifier, `https://` and a host: the only `aud` that is accepted. */
  readonly issuer: string
  /** Which issuers are believed. There is no default: `'any'` must be written. */
  readonly trust: Trust
  /** Host names under which agents call, lower case, with port if it is not 443; default the host of `issuer`. */
  readonly authorities?: readonly string[]
  /** The scopes of the resource, each with its description (Markdown) for consent screens. */
  readonly scopes?: Readonly<Record<string, string>>
  /** What a route without `scope` asks for; see the README for the default. */
  readonly defaultScope?: string
  /** The access server that decides for this resource. Resource tokens go there; only its auth tokens count. */
  readonly accessServer?: string
  /** Accept auth tokens of person servers although there is an access server. Default `false`. */
  readonly acceptPersonServerTokens?: boolean
  /** Generations of the wire format that are served; default both. */
  readonly generations?: readonly Generation[]
  /** Signs resource tokens. Without it a key is made in memory at first use, which a fleet cannot share. */
  readonly signingKey?: SigningKey
  /** Seconds that `created` may lie in the past or the future: 1 to 300, default 60. */
  readonly signatureWindow?: number
  /** Components every signature must cover beside the four of the protocol; published in the metadata. */
  readonly additionalSignatureComponents?: readonly string[]
  /** Which methods refuse the same signature twice: `'unsafe'` (default), `'all'` or `'off'`. */
  readonly replay?: ReplayScope
  /** Seconds that an agent token may live; default no limit of ours. */
  readonly maxAgentTokenLifetime?: number
  /** Replaces the guarded fetch for metadata and keys. Checks of issuer, redirects, sizes and deadline stay on. */
  readonly fetch?: typeof fetch
  /** The clock, in seconds; default the system's. */
  readonly now?: () => number
  /** Display members of the published metadata. */
  readonly metadata?: ResourceDisplay
  /** Receives every refusal with its `hint`. What it throws or returns changes nothing. */
  readonly onRefusal?: (error: AAuthError, request: SignedRequest) => void
  /** Bounds of caches and fetches. */
  readonly limits?: Partial<Limits>
}

/** Optional members of `aauth-resource.json` for people (draft 11 §11.2). */
export interface ResourceDisplay {
  readonly name?: string
  readonly description?: string
  readonly logo_uri?: string
  readonly logo_dark_uri?: string
  readonly documentation_uri?: string
  readonly tos_uri?: string
  readonly policy_uri?: string
}

/** Defaults and hard maxima of security §4. */
export interface Limits {
  /** Milliseconds for metadata and JWKS together; default 3000, at most 10 000. */
  readonly fetchDeadline: number
  /** Verified tokens that are kept; default 5000, at most 50 000. */
  readonly verifiedTokens: number
  /** Issuers not named in `trust` whose keys are kept; default 250, at most 10 000. */
  readonly strangers: number
  /** Signatures remembered against replay; default 100 000, at most 1 000 000. */
  readonly replays: number
  /** Of these for one key; default 2000. */
  readonly replaysPerKey: number
}

const limitBounds: Readonly<Record<keyof Limits, readonly [preset: number, max: number]>> = {
  fetchDeadline: [3000, 10_000],
  verifiedTokens: [5000, 50_000],
  strangers: [250, 10_000],
  replays: [100_000, 1_000_000],
  replaysPerKey: [2000, 1_000_000],
}

/** The options, checked and completed. */
export interface ResourceSettings {
  readonly issuer: string
  readonly trust: Trust
  readonly authorities: readonly string[]
  readonly scopes: ReadonlyMap<string, string>
  readonly defaultScope: string | undefined
  readonly accessServer: string | undefined
  readonly acceptPersonServerTokens: boolean
  readonly generations: ReadonlySet<Generation>
  readonly signingKey: SigningKey | undefined
  readonly signatureWindow: number
  readonly additionalSignatureComponents: readonly string[]
  readonly replay: ReplayScope
  readonly maxAgentTokenLifetime: number | undefined
  readonly fetch: typeof fetch | undefined
  readonly now: () => number
  readonly metadata: ResourceDisplay
  readonly onRefusal: ResourceOptions['onRefusal']
  readonly limits: Limits
}

const members = new Set([
  'issuer',
  'trust',
  'authorities',
  'scopes',
  'defaultScope',
  'accessServer',
  'acceptPersonServerTokens',
  'generations',
  'signingKey',
  'signatureWindow',
  'additionalSignatureComponents',
  'replay',
  'maxAgentTokenLifetime',
  'fetch',
  'now',
  'metadata',
  'onRefusal',
  'limits',
])
const authority = /^[a-z0-9.-]{1,253}(?::[1-9][0-9]{0,4})?$/
const scopeValue = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/

/** @throws {TypeError} that names the option and what it must be */
export function checkOptions(options: ResourceOptions): ResourceSettings {
  // Own members only, so that a polluted prototype configures nothing (security Q01).
  const given: ResourceOptions = Object.assign(Object.create(null), options)
  const unknown = Object.keys(given).find((name) => !members.has(name))
  demand(unknown === undefined, `"${unknown}" is no option of createResource`)
  demand(
    isServerId(given.issuer),
    '"issuer" must be https:// and a host name, without port, path or trailing slash',
  )
  demand(
    given.trust !== undefined,
    '"trust" must be given: \'any\' or { agentProviders, personServers, accessServers }',
  )
  const authorities = given.authorities ?? [given.issuer.slice('https://'.length)]
  demand(
    authorities.length > 0 && authorities.every((name) => authority.test(name)),
    '"authorities" must list lower-case host names',
  )
  const { accessServer, maxAgentTokenLifetime } = given
  demand(accessServer === undefined || isServerId(accessServer), '"accessServer" must be a server identifier')
  demand(
    maxAgentTokenLifetime === undefined ||
      (Number.isInteger(maxAgentTokenLifetime) && maxAgentTokenLifetime > 0),
    '"maxAgentTokenLifetime" must be a positive number of seconds',
  )
  const scopes = checkScopes(given)
  return {
    issuer: given.issuer,
    trust: checkTrust(given.trust),
    authorities: authorities.map((name) => name.replace(/:443$/, '')),
    ...scopes,
    accessServer,
    acceptPersonServerTokens: flag(given, 'acceptPersonServerTokens'),
    generations: checkGenerations(given.generations),
    signingKey: checkSigningKey(given.signingKey),
    signatureWindow: checkWindow(given.signatureWindow ?? 60),
    additionalSignatureComponents: checkComponents(given.additionalSignatureComponents ?? []),
    replay: checkReplay(given.replay ?? 'unsafe'),
    maxAgentTokenLifetime,
    fetch: callable(given, 'fetch'),
    now: checkClock(callable(given, 'now') ?? (() => Date.now() / 1000)),
    metadata: { ...given.metadata },
    onRefusal: callable(given, 'onRefusal'),
    limits: checkLimits(given.limits ?? {}),
  }
}

function checkScopes(given: ResourceOptions): Pick<ResourceSettings, 'scopes' | 'defaultScope'> {
  const scopes = new Map(Object.entries(given.scopes ?? {}))
  // A resource that describes no scope has one: access (architecture §11).
  if (scopes.size === 0) scopes.set('access', 'Access to this resource')
  for (const [scope, description] of scopes) {
    demand(scopeValue.test(scope), `"scopes" holds "${scope}", which is no scope value`)
    demand(typeof description === 'string', `"scopes" must describe "${scope}" with a string`)
  }
  const only = scopes.size === 1 ? [...scopes.keys()][0] : undefined
  const defaultScope = given.defaultScope ?? only
  demand(defaultScope === undefined || scopes.has(defaultScope), '"defaultScope" must be one of "scopes"')
  return { scopes, defaultScope }
}

function checkGenerations(given: readonly Generation[] | undefined): ReadonlySet<Generation> {
  const generations = new Set<Generation>(given ?? ['mission-header', 'person-token'])
  const known = [...generations].every((name) => name === 'mission-header' || name === 'person-token')
  demand(generations.size > 0 && known, '"generations" must list mission-header, person-token, or both')
  return generations
}

function checkSigningKey(key: SigningKey | undefined): SigningKey | undefined {
  if (key === undefined) return undefined
  const fits =
    (key.alg === 'Ed25519' && key.kty === 'OKP' && key.crv === 'Ed25519') ||
    (key.alg === 'ES256' && key.kty === 'EC' && key.crv === 'P-256')
  demand(fits, '"signingKey" must be a JWK with alg Ed25519 or ES256 and the kty and crv that go with it')
  demand(
    typeof key.kid === 'string' && key.kid !== '' && typeof key.d === 'string',
    '"signingKey" must have a kid and be private',
  )
  return key
}

/** A window that never closes, or never opens, is a mistake (security C11). */
function checkWindow(window: number): number {
  demand(
    Number.isInteger(window) && window >= 1 && window <= 300,
    '"signatureWindow" must be 1 to 300 seconds',
  )
  return window
}

function checkReplay(scope: ReplayScope): ReplayScope {
  demand(scope === 'off' || scope === 'unsafe' || scope === 'all', '"replay" must be off, unsafe or all')
  return scope
}

/** A clock that answers nonsense stops requests instead of letting all of them through. */
function checkClock(now: () => number): () => number {
  return () => {
    const seconds = Math.floor(now())
    if (!Number.isSafeInteger(seconds) || seconds < 0)
      throw new Error('the clock of the resource gave no time')
    return seconds
  }
}

function checkLimits(given: Partial<Limits>): Limits {
  const limits = {} as Record<keyof Limits, number>
  for (const name of Object.keys(given))
    demand(Object.hasOwn(limitBounds, name), `"limits" has no member "${name}"`)
  for (const [name, [preset, max]] of Object.entries(limitBounds) as [
    keyof Limits,
    readonly [number, number],
  ][]) {
    const value = given[name] ?? preset
    demand(Number.isInteger(value) && value >= 1 && value <= max, `"limits.${name}" must be 1 to ${max}`)
    limits[name] = value
  }
  return limits
}

function flag(given: ResourceOptions, name: 'acceptPersonServerTokens'): boolean {
  const value = given[name] ?? false
  demand(typeof value === 'boolean', `"${name}" must be a boolean`)
  return value
}

function callable<Name extends 'fetch' | 'now' | 'onRefusal'>(
  given: ResourceOptions,
  name: Name,
): ResourceOptions[Name] {
  const value = given[name]
  demand(value === undefined || typeof value === 'function', `"${name}" must be a function`)
  return value
}

function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TypeError(message)
}
