import { AAuthError, isAAuthError } from '../errors/aauth-error.ts'
import { serverFault } from '../errors/server-fault.ts'
import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { GradualAborts, type Handle } from '../limits/abort-gradually.ts'
import { type Due, DueTimer } from '../limits/due-timer.ts'
import type { Mission } from '../token/claims.ts'
import { assertTokenLive } from './assert-token-live.ts'
import { missionTerminated } from './mission-termination.ts'
import { type OpenToken, OpenTokens } from './open-tokens.ts'
import type { ResourceState } from './state.ts'
import { expired, revoked } from './token-revocation.ts'

/** Seconds between two queries to a store that does not tell of changes. */
const storeInterval = 1
/** Likewise for stores that do, in case a message was lost without notice. */
const subscribedInterval = 30
/** Number of tokens that are checked at the same time. */
const batch = 500
/** Seconds, when there is no source of mission status that sets its own value. */
const defaultMaxStale = 300

/**
 * The tokens that open connections of one resource depend on. The resource reports changes in this process to the
 * registry, and so do stores that tell of changes in others. The registry queries a source of mission status as often as
 * its `activeTtl` needs, and stores that tell of nothing once per second.
 */
export class LifetimeRegistry {
  readonly #state: ResourceState
  readonly #timer: DueTimer
  readonly #open = new OpenTokens()
  readonly #aborts = new GradualAborts()
  readonly #maxStale: number
  /** Seconds between two rounds of queries; `undefined` when there is nothing to query. */
  readonly #interval: number | undefined
  readonly #round: Due = {
    due: () => {
      this.#nextRound = undefined
      this.#startRound()
    },
  }
  #nextRound: number | undefined
  #isChecking = false
  /** Whether changes may have been missed since the check that is under way began. */
  #isOutdated = false

  constructor(state: ResourceState) {
    this.#state = state
    const { now, stores } = state.settings
    this.#timer = new DueTimer(now, () => this.#restartRounds())
    const times = state.missionMonitor?.times
    this.#maxStale = times?.maxStale ?? defaultMaxStale
    const shared = [stores.revocations, stores.tombstones].filter((store) => store !== undefined)
    // The status cache refreshes after 70 % of activeTtl, so a query every third of it is often enough to trigger that.
    const ofSource = times && Math.max(1, Math.floor(times.activeTtl / 3))
    if (shared.some(({ subscribe }) => subscribe === undefined)) this.#interval = storeInterval
    else if (shared.length > 0) this.#interval = Math.min(ofSource ?? subscribedInterval, subscribedInterval)
    else this.#interval = ofSource
  }

  /** The sizes of the indexes, for tests of their bounds. */
  get sizes(): Readonly<Record<'open' | 'tokens' | 'missions' | 'seconds', number>> {
    return { ...this.#open.sizes, seconds: this.#timer.size }
  }

  /** How many connections are watched, and what they depend on. */
  use(): Readonly<Record<'connections' | 'tokens' | 'missions', number>> {
    const { open, missions } = this.#open.sizes
    const connections = this.#open.all().reduce((sum, { handles }) => sum + handles.size, 0)
    return { connections, tokens: open, missions }
  }

  /** Registers before it checks, so that no change in between is missed. */
  add(token: VerifiedToken): Handle {
    const handle: Handle = { controller: new AbortController(), disposed: false }
    if (this.#state.keys.closing.aborted) {
      handle.controller.abort(closed())
      return handle
    }
    const open = this.#open.get(token) ?? this.#register(token)
    open.handles.add(handle)
    void this.#check(open)
    return handle
  }

  remove(token: VerifiedToken, handle: Handle): void {
    handle.disposed = true
    const open = this.#open.get(token)
    if (open?.handles.delete(handle) && open.handles.size === 0) this.#unregister(open)
  }

  revoked(token: { readonly iss: string; readonly jti: string }): void {
    for (const open of this.#open.named(token)) this.#end([open], revoked(open.token))
  }

  /** A purge ends the tokens of the issuer, and makes its answers about missions invalid. */
  purged(iss: string): void {
    for (const open of this.#open.all()) {
      const { claims } = open.token
      if (claims.iss === iss) this.#end([open], revoked(open.token))
      else if (claims.mission?.approver === iss) void this.#check(open)
    }
  }

  terminated(mission: Mission, reason: string | undefined): void {
    this.#end(this.#open.under(mission), missionTerminated(mission, reason))
  }

  /** Changes may have been missed, so all tokens are checked again. Calls during a check start one after it. */
  lost(): void {
    if (this.#open.sizes.open === 0) return
    this.#isOutdated = this.#isChecking
    if (this.#isChecking) return
    this.#restartRounds()
    this.#startRound()
  }

  /** A closed resource sends no queries, so its lifetimes can no longer be relied on. Leaves no timer. */
  close(): void {
    this.#end(this.#open.all(), closed())
    this.#aborts.finish()
  }

  #register(token: VerifiedToken): OpenToken {
    const { claims } = token
    const open: OpenToken = {
      token,
      handles: new Set(),
      liveAt: this.#state.settings.now(),
      due: () => this.#end([open], expired(claims)),
    }
    this.#open.add(open)
    this.#timer.add(claims.exp, open)
    if (this.#interval !== undefined && this.#nextRound === undefined)
      this.#scheduleRound(open.liveAt + this.#interval)
    return open
  }

  #unregister(open: OpenToken): void {
    const { claims } = open.token
    this.#open.delete(open)
    this.#timer.delete(claims.exp, open)
    if (this.#open.sizes.open > 0 || this.#nextRound === undefined) return
    this.#timer.delete(this.#nextRound, this.#round)
    this.#nextRound = undefined
  }

  #end(tokens: readonly OpenToken[], reason: AAuthError): void {
    for (const open of tokens) this.#unregister(open)
    this.#aborts.abort(
      tokens.flatMap(({ handles }) => [...handles]),
      reason,
    )
  }

  #scheduleRound(second: number): void {
    this.#nextRound = second
    this.#timer.add(second, this.#round)
  }

  /** After the clock was set back, the next round must not wait until the clock has caught up. */
  #restartRounds(): void {
    if (this.#nextRound === undefined || this.#interval === undefined) return
    this.#timer.delete(this.#nextRound, this.#round)
    this.#scheduleRound(this.#state.settings.now() + this.#interval)
  }

  #startRound(): void {
    // Without a clock no further round can be scheduled, so all lifetimes end.
    this.#checkAll().catch((error: unknown) => this.#end(this.#open.all(), serverFault(error)))
  }

  async #checkAll(): Promise<void> {
    // The check that is under way schedules the next round.
    if (this.#isChecking) return
    this.#isChecking = true
    try {
      do {
        this.#isOutdated = false
        const all = this.#open.all()
        for (let start = 0; start < all.length; start += batch)
          await Promise.all(all.slice(start, start + batch).map((open) => this.#check(open)))
      } while (this.#isOutdated)
    } finally {
      this.#isChecking = false
    }
    if (this.#open.sizes.open > 0 && this.#interval !== undefined && this.#nextRound === undefined)
      this.#scheduleRound(this.#state.settings.now() + this.#interval)
  }

  /** Never throws and never rejects. */
  #check(open: OpenToken): void | Promise<void> {
    const pass = (): void => {
      open.liveAt = this.#state.settings.now()
    }
    const fail = (thrown: unknown): void => this.#fail(open, thrown)
    try {
      const live = assertTokenLive(this.#state, open.token)
      return live === undefined ? pass() : live.then(pass).catch(fail)
    } catch (error) {
      fail(error)
    }
  }

  #fail(open: OpenToken, thrown: unknown): void {
    if (this.#open.get(open.token) === undefined) return
    const reason = isAAuthError(thrown) ? thrown : serverFault(thrown)
    if (reason.code === 'server_error' && this.#isWithinMaxStale(open)) return
    this.#end([open], reason)
  }

  /** If the clock fails, the elapsed time is unknown and counts as too long. */
  #isWithinMaxStale(open: OpenToken): boolean {
    try {
      const now = this.#state.settings.now()
      // If the clock was set back, the elapsed time is counted from the new time.
      open.liveAt = Math.min(open.liveAt, now)
      return now - open.liveAt < this.#maxStale
    } catch {
      return false
    }
  }
}

function closed(): AAuthError {
  return new AAuthError('server_error', { hint: 'the resource was closed', retryAfter: 5 })
}
