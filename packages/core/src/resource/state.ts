import { platform } from '#platform'
import type { ErrorContext } from '../errors/error-context.ts'
import { Events } from '../events/events.ts'
import type { ResourceListeners } from '../events/listeners.ts'
import { AgentKeys } from '../keys/agent-keys.ts'
import { IssuerKeys } from '../keys/issuer-keys.ts'
import type { KeySource } from '../keys/issuer-record.ts'
import { RefusedTokens } from '../keys/refused-tokens.ts'
import { SigningKeySource } from '../keys/signing-key.ts'
import { type VerifiedToken, VerifiedTokens } from '../keys/verified-tokens.ts'
import type { Handle } from '../limits/abort-gradually.ts'
import type { Platform } from '../platform/platform.ts'
import { selfTest } from '../platform/self-test.ts'
import { SignatureForms } from '../signature/signature-forms.ts'
import type { ReplayStore } from '../stores/replay-store.ts'
import { RevocationRate } from '../stores/revocation-rate.ts'
import { RevocationMemory, type RevocationStore } from '../stores/revocation-store.ts'
import { StoreClocks } from '../stores/store-clocks.ts'
import { type StoreWatcher, watchStore } from '../stores/store-health.ts'
import { storeKinds } from '../stores/stores.ts'
import { TombstoneMemory, type TombstoneStore } from '../stores/tombstone-store.ts'
import type { Mission } from '../token/claims.ts'
import { serves } from '../token/generations.ts'
import { AcceptedTokens } from './accepted-tokens.ts'
import { assertClassProvable } from './assert-class-provable.ts'
import { subscribeToStores } from './changes.ts'
import { CleanAnswers, issuerName } from './clean-answers.ts'
import { compileRequirement } from './compile-requirement.ts'
import { linkOf } from './link-of.ts'
import type { ManagedAccess } from './managed-access.ts'
import type { MissionMonitor } from './mission-monitor.ts'
import { Purges } from './purges.ts'
import type { AnyRequirement, CompiledRequirement } from './requirement.ts'
import type { ResourceSettings } from './settings.ts'

/** Made by `monitorMissions` of `@aauth-guard/core/missions`, for the option `missions` of one or more resources. */
export interface MissionMonitorFactory {
  /** Called by `createResource`. */
  start(state: ResourceState): MissionMonitor
}

/** Made by `managedAccess` of `@aauth-guard/core/managed`, for the option `managed` of one or more resources. */
export interface ManagedAccessFactory {
  /** Called by `createResource`. */
  start(state: ResourceState): ManagedAccess
}

/** The tokens that open connections depend on, and the changes that end them. */
export interface OpenLifetimes {
  add(token: VerifiedToken): Handle
  remove(token: VerifiedToken, handle: Handle): void
  revoked(token: { readonly iss: string; readonly jti: string }): void
  purged(iss: string): void
  terminated(mission: Mission, reason: string | undefined): void
  /** Changes in other processes may have been missed. */
  lost(): void
  /** For a snapshot. */
  use(): Readonly<Record<'connections' | 'tokens' | 'missions', number>>
  close(): void
}

/** What the guards share behind a {@link Resource}. */
export class ResourceState {
  readonly settings: ResourceSettings
  /** The requirement of a route without one. */
  readonly defaults: CompiledRequirement
  readonly platform: Platform
  readonly keys: IssuerKeys
  readonly tokens: VerifiedTokens
  readonly agentKeys: AgentKeys
  readonly refusedTokens: RefusedTokens = new RefusedTokens()
  readonly forms: SignatureForms = new SignatureForms()
  readonly replays: ReplayStore
  readonly revocations: RevocationStore
  readonly tombstones: TombstoneStore
  /** Milliseconds by which answers of the shared stores can be older than the query. */
  readonly freshness: number
  /** Compares the clocks of the stores with that of the process; `undefined` if no store has one. */
  readonly clocks: StoreClocks | undefined
  /** When the stores last found nothing against a token; `undefined` without `staleReads`. */
  readonly clean: CleanAnswers | undefined
  /** Whether everything that is asked about each request is in the memory of this process. */
  readonly answersAtOnce: boolean
  /** Whether `AAuth-Mission` has a meaning in one of the generations that are accepted. */
  readonly hasMissionHeader: boolean
  readonly missionMonitor: MissionMonitor | undefined
  readonly managed: ManagedAccess | undefined
  readonly revocationRate: RevocationRate = new RevocationRate()
  /** A separate limit, so that revocations never prevent a person server from announcing a termination. */
  readonly terminationRate: RevocationRate = new RevocationRate()
  readonly signingKey: SigningKeySource
  /** Whether the routes of the resource have received any request. */
  routesReached = false
  /** Whether any route takes sessions. */
  takesSessions = false
  /** The tokens that open connections depend on; set by the first call of `lifetimeOf`. */
  lifetimes: OpenLifetimes | undefined
  /** What the error responses of this resource contain in addition to the error. */
  readonly errorContext: ErrorContext
  /** Sends events to the listeners. */
  readonly events: Events
  /** The tokens under missions that were accepted. */
  readonly acceptedTokens: AcceptedTokens
  readonly purges: Purges = new Purges((iss) => this.#drop(iss))
  readonly #listed: ReadonlySet<string>
  readonly #compiled = new WeakMap<object, CompiledRequirement>()
  #stopWatching: readonly (() => void)[] = []
  #ready: Promise<void> | undefined
  #subscription: (() => void) | undefined

  constructor(
    settings: ResourceSettings,
    missions: MissionMonitorFactory | undefined,
    managed: ManagedAccessFactory | undefined,
  ) {
    this.settings = settings
    this.platform = settings.ed25519 === 'platform' ? platform : platform.withSodium()
    this.errorContext = {
      schemes: ['jwt', ...settings.otherSignatureSchemes],
      link: linkOf(settings),
      problemTypes: settings.problemTypes,
    }
    this.events = new Events(this.platform, settings)
    this.defaults = this.#compile({})
    const { now, limits, trust, stores } = settings
    this.acceptedTokens = new AcceptedTokens(now, (approver) => this.isListed(approver))
    this.keys = new IssuerKeys({
      fetcherFor: (source) => this.fetcherFor(source),
      now,
      deadline: limits.fetchDeadline,
      maxNamed: 750 + namedIssuers(trust) * 3,
      maxUnlisted: limits.unlistedIssuers,
      onFetched: ({ iss, dwk }, reason) => this.#reportFetch(iss, dwk, reason),
      onLimited: ({ iss }) => this.events.report({ type: 'aauth.discovery_limited.v1', issuer: iss }),
    })
    this.tokens = new VerifiedTokens(this.keys, limits.verifiedTokens)
    this.agentKeys = new AgentKeys(limits.verifiedTokens)
    this.replays = stores.replays ?? storeKinds.replays.inMemory({ now, limits })
    this.revocations = stores.revocations ?? storeKinds.revocations.inMemory({ now, limits })
    this.tombstones = stores.tombstones ?? storeKinds.tombstones.inMemory({ now, limits })
    this.#listed = listedIssuers(settings)
    const shared = Object.entries(stores).filter(([, store]) => store !== undefined)
    const timed = shared.filter(([, store]) => store.now !== undefined)
    this.freshness = Math.max(0, ...shared.map(([, { freshness = 0 }]) => freshness))
    this.clocks = timed.length > 0 ? new StoreClocks(timed, now) : undefined
    this.clean = settings.staleReads > 0 ? new CleanAnswers(settings.staleReads) : undefined
    const { revocations, tombstones } = this
    const isAsked =
      !(revocations instanceof RevocationMemory && tombstones instanceof TombstoneMemory) ||
      (stores.statuses ?? stores.links) !== undefined
    this.answersAtOnce = !isAsked && (this.clocks ?? this.clean) === undefined
    this.hasMissionHeader = serves(settings.generations, 'missionHeader')
    this.signingKey = new SigningKeySource(settings.signingKey, settings.publishedKeys)
    this.missionMonitor = missions?.start(this)
    this.managed = managed?.start(this)
    this.#watchStores()
  }

  /** Whether a list in `trust` contains this issuer in any role, or it is the access server. Affects shares only. */
  isListed(iss: string): boolean {
    return this.#listed.has(iss)
  }

  /** Removes everything that is cached for an issuer, in every role. */
  #drop(iss: string): void {
    this.clean?.changed(issuerName(iss))
    this.keys.purge(iss)
    this.tokens.purge(iss)
    this.missionMonitor?.purge(iss)
    this.lifetimes?.purged(iss)
  }

  /** If the runtime cannot check the dialled address, only issuers that the operator listed are fetched. */
  fetcherFor({ named }: KeySource): typeof fetch | undefined {
    return this.settings.fetch ?? this.platform.guardedFetch ?? (named ? globalThis.fetch : undefined)
  }

  /**
   * Begins to hear of changes that other processes make, unless that has begun. Called when the first connection that may
   * outlive its request is opened, and at the first request under a mission whose status a source knows.
   */
  subscribe(): void {
    if (this.#subscription || this.keys.closing.aborted) return
    this.#subscription = subscribeToStores(this)
  }

  /** @returns a function that removes the listeners */
  listen(listeners: ResourceListeners): () => void {
    const remove = this.events.listen(listeners)
    this.#watchStores()
    return () => {
      remove()
      this.#watchStores()
    }
  }

  /** Watches the stores while somebody is told of them. */
  #watchStores(): void {
    for (const stop of this.#stopWatching) stop()
    const { events } = this
    const { hearsEvents, hearsStoreCalls } = events
    const watcher: StoreWatcher = {
      ...(hearsEvents && {
        failed: (store, hint) => events.report({ type: 'aauth.store_failed.v1', store, hint }),
        circuitChanged: (subject, state) =>
          events.report({ type: 'aauth.circuit_changed.v1', subject, state }),
      }),
      ...(hearsStoreCalls && { called: (call) => events.storeCalled(call) }),
    }
    const shared = Object.values(this.settings.stores).filter((store) => store !== undefined)
    const stores = new Set([this.replays, this.revocations, this.tombstones, ...shared])
    this.#stopWatching =
      hearsEvents || hearsStoreCalls ? [...stores].map((store) => watchStore(store, watcher)) : []
  }

  /** Aborts fetches, ends lifetimes, and stops listening to stores that others may continue to use. */
  close(): void {
    this.keys.close()
    this.lifetimes?.close()
    this.managed?.close()
    this.#subscription?.()
    for (const stop of this.#stopWatching) stop()
  }

  #reportFetch(issuer: string, document: string, reason: string | undefined): void {
    const type = 'aauth.keys_fetched.v1'
    if (reason === undefined) this.events.report({ type, issuer, document, outcome: 'fetched' })
    else this.events.report({ type, issuer, document, outcome: 'failed', hint: reason })
  }

  #compile(requirement: AnyRequirement): CompiledRequirement {
    const { scopes, generations, require: defaults } = this.settings
    return compileRequirement(
      requirement,
      new Set(scopes.keys()),
      serves(generations, 'personTokens'),
      defaults,
    )
  }

  compile(requirement: AnyRequirement): CompiledRequirement {
    const known = this.#compiled.get(requirement)
    if (known) return known
    const { defaultScope, generations } = this.settings
    const compiled = this.#compile(requirement)
    if (
      mayAskForAuthToken(compiled, generations) &&
      compiled.scopes.length === 0 &&
      defaultScope === undefined
    ) {
      throw new TypeError(
        '"scope" of a route is missing, and "scopes" describes several: name the scope of the route, or set "defaultScope"',
      )
    }
    if (compiled.tool !== undefined && this.missionMonitor?.assertWithinTerms === undefined)
      throw new TypeError('"tool" is set, but there are no mission blobs: pass "blobs" to monitorMissions()')
    if (compiled.sessions) {
      if (this.managed === undefined)
        throw new TypeError('"sessions" is set, but the resource has none: pass "managed" to createResource')
      this.takesSessions = true
    }
    assertClassProvable(this.settings, compiled)
    this.#compiled.set(requirement, compiled)
    return compiled
  }

  /** Resolves once the platform has passed its self-test, which runs at first use and never while loading. */
  selfTested(): Promise<void> {
    this.#ready ??= selfTest(this.platform)
    return this.#ready
  }
}

/** A route that accepts every kind of token never asks for another kind, unless it requires a mission. */
function mayAskForAuthToken(
  { accept, missionRequired }: CompiledRequirement,
  generations: ResourceSettings['generations'],
): boolean {
  const acceptsAll =
    accept.has('agent-token') && (accept.has('person-token') || !serves(generations, 'personTokens'))
  return accept.has('auth-token') && (!acceptsAll || missionRequired)
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
