import { platform } from '#platform'
import { assertClassProvable } from './assert-class-provable.ts'
import { checkOptions } from './check-options.ts'
import { compileRequirement } from './compile-requirement.ts'
import { type ErrorContext, setErrorContext } from './error-context.ts'
import { type AAuthError, isAAuthError } from './errors.ts'
import { SigningKeySource } from './issue/signing-key.ts'
import { IssuerKeys } from './keys/issuer-keys.ts'
import type { KeySource } from './keys/issuer-records.ts'
import { VerifiedTokens } from './keys/verified-tokens.ts'
import type { LifetimeRegistry } from './lifetime/registry.ts'
import type { MissionWatch } from './mission/watching.ts'
import { checkMission, type Missions, missionsOf } from './missions.ts'
import { notAResource } from './not-a-resource.ts'
import type { Limits, ResourceOptions, ResourceSettings } from './options.ts'
import { PendingStepUp } from './pending-step-up.ts'
import type { Platform } from './platform/platform.ts'
import { selfTest } from './platform/self-test.ts'
import { Purges } from './purges.ts'
import type { AnyRequirement, CompiledRequirement } from './requirement.ts'
import { linkOf } from './resource-link.ts'
import { serverFault } from './server-fault.ts'
import { addPurge } from './stores/ask.ts'
import { ReplayMemory } from './stores/replay-memory.ts'
import type { ReplayBounds } from './stores/replay-shares.ts'
import { RevocationRate } from './stores/revocation-rate.ts'
import { RevocationMemory } from './stores/revocations.ts'
import type { ReplayStore, Revocation, RevocationStore, TombstoneStore } from './stores/stores.ts'
import { TombstoneMemory } from './stores/tombstones.ts'
import { isServerId } from './token/identifiers.ts'
import { warnAtStart } from './warn-at-start.ts'
import { quoted } from './wire/quoted.ts'
import type { SignedRequest } from './wire/signed-request.ts'
import { withdrawToken } from './withdraw-token.ts'

/**
 * One protected API: its identity, whom it believes, its caches and keys. Made once and given to every guard, so
 * that what is published is what is enforced.
 */
export interface Resource {
  readonly issuer: string
  /** Terminated missions, and how to learn of terminations. */
  readonly missions: Missions
  /**
   * Revokes a token: requests that begin after the promise resolves are refused. `exp` (seconds) is the token's own and
   * says how long to remember it. Whether the mission of the token is still active is asked again; give `mission` where
   * you know it, since otherwise the resource knows it only of tokens that it has seen lately.
   *
   * @throws {RangeError} when no more can be remembered (the promise rejects)
   * @throws {TypeError} for a token without `iss`, `jti` or `exp`, or a malformed `mission` (the promise rejects)
   */
  revoke(token: Revocation): Promise<void>
  /**
   * Ends what an issuer vouched for until now, in every role, such as after a break-in: its keys are fetched again, the
   * tokens that it issued before this second (by their `iat`) are refused with `revoked_jwt`, and its answers "active"
   * and the links of keys to it are forgotten. Tokens that it issues afterwards are accepted; an issuer whose clock is
   * behind has those refused until its clock has passed the purge.
   *
   * Takes effect in this process at once, and in all that share `stores.revocations` once the promise has resolved.
   *
   * @throws {AAuthError} `server_error` when the store fails (the promise rejects); this process has forgotten the issuer
   * all the same
   * @throws {TypeError} for a text that is not a server identifier (the promise rejects)
   */
  purgeIssuer(issuer: string): Promise<void>
  /**
   * Ends fetches, and every lifetime that `lifetimeOf` opened, with a `server_error` that says so. What needs a fetch
   * afterwards is refused with `server_error`, and a lifetime that is asked for has ended. No timer is left.
   */
  close(): void
}

/** What the guards share behind a {@link Resource}. */
export class ResourceState {
  readonly settings: ResourceSettings
  /** What a guard requires whose route says nothing. */
  readonly defaults: CompiledRequirement
  readonly platform: Platform = platform
  readonly keys: IssuerKeys
  readonly tokens: VerifiedTokens
  readonly replays: ReplayStore
  readonly revocations: RevocationStore
  readonly tombstones: TombstoneStore
  readonly missionWatch: MissionWatch | undefined
  readonly revocationRate: RevocationRate = new RevocationRate()
  /** Apart, so that revocations never keep a person server from saying that a mission is terminated. */
  readonly terminationRate: RevocationRate = new RevocationRate()
  readonly signingKey: SigningKeySource
  /** Whether anybody was answered, or passed on, by the routes of the resource. */
  routesReached = false
  /** What open connections rest on, once `lifetimeOf` was called. */
  lifetimes: LifetimeRegistry | undefined
  readonly purges: Purges = new Purges((iss) => this.#drop(iss))
  readonly #listed: ReadonlySet<string>
  readonly #compiled = new WeakMap<object, CompiledRequirement>()
  readonly #errorContext: ErrorContext
  readonly #reported = new WeakMap<SignedRequest, AAuthError>()
  #ready: Promise<void> | undefined

  constructor(settings: ResourceSettings) {
    this.settings = settings
    this.#errorContext = { schemes: ['jwt', ...settings.otherSignatureSchemes], link: linkOf(settings) }
    this.defaults = this.#compile({})
    const { now, limits, trust, stores } = settings
    this.keys = new IssuerKeys({
      fetcherFor: (source) => this.fetcherFor(source),
      now,
      deadline: limits.fetchDeadline,
      maxNamed: 750 + namedIssuers(trust) * 3,
      maxStrangers: limits.strangers,
    })
    this.tokens = new VerifiedTokens(this.keys, limits.verifiedTokens)
    this.replays = stores.replays ?? new ReplayMemory(replayBounds(limits), now)
    this.revocations = stores.revocations ?? new RevocationMemory(100_000, 10_000, now)
    this.tombstones = stores.tombstones ?? new TombstoneMemory(100_000, limits.tombstones)
    this.#listed = listedIssuers(settings)
    this.signingKey = new SigningKeySource(settings.signingKey, settings.publishedKeys)
    this.missionWatch = settings.missions?.start(this)
  }

  /** Whether a list in `trust` names this issuer, in whatever role, or it is the access server. Decides shares only. */
  isListed(iss: string): boolean {
    return this.#listed.has(iss)
  }

  /** Forgets whatever is cached of an issuer, in every role. */
  #drop(iss: string): void {
    this.keys.purge(iss)
    this.tokens.purge(iss)
    this.missionWatch?.purge(iss)
    this.lifetimes?.purged(iss)
  }

  /** Without a check of the dialled address only issuers that the operator wrote down are fetched. */
  fetcherFor({ named }: KeySource): typeof fetch | undefined {
    return this.settings.fetch ?? this.platform.guardedFetch ?? (named ? globalThis.fetch : undefined)
  }

  #compile(requirement: AnyRequirement): CompiledRequirement {
    const { scopes, generations, require: defaults } = this.settings
    return compileRequirement(requirement, new Set(scopes.keys()), generations.has('person-token'), defaults)
  }

  compile(requirement: AnyRequirement): CompiledRequirement {
    const known = this.#compiled.get(requirement)
    if (known) return known
    const { defaultScope } = this.settings
    const compiled = this.#compile(requirement)
    if (compiled.accept.has('auth-token') && compiled.scopes.length === 0 && defaultScope === undefined) {
      throw new TypeError(
        '"scope" of a route is missing, and "scopes" describes several: name the scope of the route, or set "defaultScope"',
      )
    }
    if (compiled.tool !== undefined && this.missionWatch?.assertWithinTerms === undefined)
      throw new TypeError('"tool" is set, and nobody holds mission blobs: pass "blobs" to watchMissions()')
    assertClassProvable(this.settings, compiled)
    this.#compiled.set(requirement, compiled)
    return compiled
  }

  /** Resolves once the platform has shown that it verifies; asked at first use, never while loading. */
  selfTested(): Promise<void> {
    this.#ready ??= selfTest(this.platform)
    return this.#ready
  }

  /** Makes a refusal of whatever was thrown, and tells the operator. */
  refuse(thrown: unknown, request: SignedRequest): AAuthError {
    const error = isAAuthError(thrown) ? thrown : serverFault(thrown)
    // What is sent for a step-up is known, and reported, when its resource token is signed.
    if (error instanceof PendingStepUp) return error
    setErrorContext(error, this.#errorContext)
    // A step-up inside `check` comes by twice.
    if (this.#reported.get(request) === error) return error
    try {
      const result: unknown = this.settings.onRefusal?.(error, request)
      if (result instanceof Promise) result.catch(() => undefined)
      this.#reported.set(request, error)
    } catch {
      // A hook that throws changes nothing (security O09).
    }
    return error
  }
}

const states = new WeakMap<Resource, ResourceState>()

/** @throws {TypeError} for an object that {@link createResource} did not make; says what it seems to be instead */
export function stateOf(resource: Resource): ResourceState {
  const state = states.get(resource)
  if (state === undefined) throw new TypeError(notAResource(resource))
  return state
}

/** Whether {@link createResource} of this copy of the package made it. */
export function isResource(value: unknown): boolean {
  return states.has(value as Resource)
}

/**
 * Makes the resource that guards share. Draws no random value, sets no timer and fetches nothing.
 * Says so where the runtime cannot fetch the keys of every issuer that `trust` admits.
 *
 * @throws {TypeError} naming the option that is wrong
 * @see draft 11 §11.2.4
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 *
 * export const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: 'any',
 *   scopes: { 'notes.read': 'Read your notes' },
 * })
 * ```
 */
export function createResource(options: ResourceOptions): Resource {
  const state = new ResourceState(checkOptions(options))
  const { issuer } = state.settings
  const resource: Resource = Object.freeze({
    issuer,
    missions: missionsOf(state),
    async revoke(token: Revocation): Promise<void> {
      const { iss, jti, exp, mission } = token
      if (typeof iss !== 'string' || typeof jti !== 'string' || !Number.isFinite(exp))
        throw new TypeError('a revocation needs "iss", "jti" and "exp" in seconds')
      const carried = mission === undefined ? undefined : checkMission(mission)
      if ((await withdrawToken(state, { iss, jti, exp: Math.ceil(exp), mission: carried })) === 'full')
        throw new RangeError(
          `too many revocations of ${quoted(iss)} are remembered: use "stores.revocations"`,
        )
    },
    async purgeIssuer(iss: string): Promise<void> {
      if (!isServerId(iss)) throw new TypeError(`${quoted(iss)} is not a server identifier`)
      await state.purges.begin(iss, () => addPurge(state.revocations, { iss, listed: state.isListed(iss) }))
    },
    close(): void {
      state.keys.close()
      state.lifetimes?.close()
    },
  })
  states.set(resource, state)
  warnAtStart(state)
  return resource
}

function replayBounds({ replays, replaysPerIssuer, replaysPerKey }: Limits): ReplayBounds {
  return { max: replays, maxPerIssuer: replaysPerIssuer, maxPerKey: replaysPerKey }
}

function listedIssuers({ trust, accessServer }: ResourceSettings): ReadonlySet<string> {
  const lists = trust === 'any' ? [] : Object.values(trust)
  const listed = new Set(lists.flatMap((trusted) => (Array.isArray(trusted) ? trusted : [])))
  if (accessServer !== undefined) listed.add(accessServer)
  return listed
}

function namedIssuers(trust: ResourceSettings['trust']): number {
  if (trust === 'any') return 0
  return Object.values(trust).reduce((sum, trusted) => sum + (Array.isArray(trusted) ? trusted.length : 0), 0)
}
