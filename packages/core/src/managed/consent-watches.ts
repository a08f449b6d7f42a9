import { AAuthError } from '../errors/aauth-error.ts'
import { serverFault } from '../errors/server-fault.ts'
import { GradualAborts, type Handle } from '../limits/abort-gradually.ts'
import { type Due, DueTimer } from '../limits/due-timer.ts'
import type { ResourceState } from '../resource/state.ts'
import { findConsent } from './consent.ts'
import type { ManagedRecords } from './records.ts'

/** Seconds between two looks at a store that other processes share. */
const interval = 1
/** Seconds for which a store may fail, when there is no source of mission status that sets its own value. */
const defaultMaxStale = 300
/** Consents that are looked up at the same time. */
const batch = 100

interface Watch {
  readonly scopes: readonly string[]
  readonly handle: Handle
}

/** A consent that at least one open connection depends on. */
interface Watched {
  readonly id: string
  readonly watches: Set<Watch>
  /** Second at which the consent was last known to stand. */
  liveAt: number
  /** Called at the end of the consent, once that is known. */
  readonly due: Due
  end: number | undefined
}

/**
 * Ends connections that were opened with a session when the consent of the session does not stand any more. Changes in this
 * process are reported to it; a store that other processes share is asked once per second and consent.
 */
export class ConsentWatches {
  readonly #state: ResourceState
  readonly #records: ManagedRecords
  readonly #watched = new Map<string, Watched>()
  readonly #aborts = new GradualAborts()
  readonly #timer: DueTimer
  readonly #isShared: boolean
  readonly #round: Due = {
    due: () => {
      this.#nextRound = undefined
      void this.checkAll()
    },
  }
  #nextRound: number | undefined

  constructor(state: ResourceState, records: ManagedRecords) {
    this.#state = state
    this.#records = records
    this.#timer = new DueTimer(state.settings.now, () => this.#restart())
    this.#isShared = state.settings.stores.records !== undefined
  }

  /** How many consents are watched, for tests. */
  get size(): number {
    return this.#watched.size
  }

  /** Registers before it looks, so that no change in between is missed. */
  add(consent: string, scopes: readonly string[], handle: Handle): () => void {
    const { aborted } = handle.controller.signal
    if (aborted) return () => undefined
    const watched = this.#watched.get(consent) ?? this.#register(consent)
    const watch: Watch = { scopes, handle }
    watched.watches.add(watch)
    void this.#check(watched)
    return () => {
      if (watched.watches.delete(watch) && watched.watches.size === 0) this.#unregister(watched)
    }
  }

  /** Looks at one consent. Never rejects. */
  async check(consent: string): Promise<void> {
    const watched = this.#watched.get(consent)
    if (watched !== undefined) await this.#check(watched)
  }

  /** Looks at all consents. Never rejects. */
  async checkAll(): Promise<void> {
    const all = [...this.#watched.values()]
    for (let start = 0; start < all.length; start += batch)
      await Promise.all(all.slice(start, start + batch).map((watched) => this.#check(watched)))
    this.#scheduleRound()
  }

  /** The lifetimes of tokens end with the resource, and these with them. Leaves no timer. */
  close(): void {
    for (const watched of [...this.#watched.values()]) this.#unregister(watched)
    this.#aborts.finish()
  }

  #register(id: string): Watched {
    const watched: Watched = {
      id,
      watches: new Set(),
      liveAt: this.#now() ?? 0,
      due: { due: () => this.#end([...watched.watches], consentEnded('its time is over')) },
      end: undefined,
    }
    this.#watched.set(id, watched)
    this.#scheduleRound()
    return watched
  }

  #unregister(watched: Watched): void {
    this.#watched.delete(watched.id)
    if (watched.end !== undefined) this.#timer.delete(watched.end, watched.due)
    if (this.#watched.size > 0 || this.#nextRound === undefined) return
    this.#timer.delete(this.#nextRound, this.#round)
    this.#nextRound = undefined
  }

  /** After the clock was set back, the next round must not wait until the clock has caught up. */
  #restart(): void {
    if (this.#nextRound !== undefined) this.#timer.delete(this.#nextRound, this.#round)
    this.#nextRound = undefined
    void this.checkAll()
  }

  #scheduleRound(): void {
    if (!this.#isShared || this.#watched.size === 0 || this.#nextRound !== undefined) return
    this.#nextRound = (this.#now() ?? 0) + interval
    this.#timer.add(this.#nextRound, this.#round)
  }

  async #check(watched: Watched): Promise<void> {
    try {
      const found = await findConsent(this.#records, watched.id)
      const now = this.#state.settings.now()
      const watches = [...watched.watches]
      if (found === undefined || found.ended !== undefined || now >= found.consent.end)
        return this.#end(watches, consentEnded('it was ended, or its time is over'))
      const { scopes, end } = found.consent
      const isNarrowed = (watch: Watch): boolean => !watch.scopes.every((scope) => scopes.includes(scope))
      this.#end(watches.filter(isNarrowed), consentEnded('it was narrowed'))
      watched.liveAt = now
      if (watched.end !== undefined || this.#watched.get(watched.id) !== watched) return
      watched.end = end
      this.#timer.add(end, watched.due)
    } catch (error) {
      const now = this.#now()
      const maxStale = this.#state.missionMonitor?.times?.maxStale ?? defaultMaxStale
      watched.liveAt = Math.min(watched.liveAt, now ?? watched.liveAt)
      if (now === undefined || now - watched.liveAt >= maxStale)
        this.#end([...watched.watches], serverFault(error))
    }
  }

  /** Whoever asked for the lifetime stops watching when it is aborted. */
  #end(watches: readonly Watch[], reason: AAuthError): void {
    this.#aborts.abort(
      watches.map(({ handle }) => handle),
      reason,
    )
  }

  /** `undefined` if the clock fails. */
  #now(): number | undefined {
    try {
      return this.#state.settings.now()
    } catch {
      return undefined
    }
  }
}

function consentEnded(why: string): AAuthError {
  return new AAuthError('access_denied', {
    hint: `the session does not count any more, since of its consent ${why}`,
  })
}
