/** An answer, or a promise of it. */
export type MayWait<T> = T | Promise<T>

/**
 * What a store can offer beside the methods of its kind. A store in the memory of the process needs none of it.
 *
 * @see docs/operate/fleet.md
 */
export interface SharedStore {
  /**
   * Milliseconds by which an answer can be older than the call: 0 to 500, default 0. A store that caches keeps no answer
   * to a call that was sent before the last change of the entry reached it, and caches nothing while it cannot hear of
   * changes.
   */
  readonly freshness?: number | undefined
  /**
   * Checks that the store can be used: the server answers, holds the data it should, and does not evict any. Called by
   * `resource.ready()`. Rejects with an error whose message names the cause and the remedy.
   */
  ready?(): Promise<void>
  /**
   * Seconds by the clock of the store, with fractions if it has them. While this clock and that of the process differ by
   * more than 60 s, requests are refused with 503. Without this method no such check is made.
   */
  now?(): MayWait<number>
}

/**
 * A store throws or rejects with an error of this name if it answers, but has lost entries, such as a Redis that was
 * restarted empty. Nothing that relies on it passes until an operator has prepared the store again, not even by
 * `staleReads`.
 */
export const dataLost = 'StoreDataLostError'

/** What the memory of a process needs to hold the entries of one resource. */
export interface MemorySettings {
  /** The clock, in seconds. */
  readonly now: () => number
  readonly limits: {
    readonly replays: number
    readonly replaysPerIssuer: number
    readonly replaysPerKey: number
    readonly tombstones: number
    readonly maxMissions?: number
  }
}

/** One kind of state that the processes of a fleet share. */
export interface SharedKind<Name extends string, Store extends SharedStore> {
  /** The member of `stores`. */
  readonly name: Name
  /** The methods that a store of this kind must have. */
  readonly methods: readonly (keyof Store & string)[]
}

/** A kind whose memory every application loads. */
export interface StoreKind<Name extends string, Store extends SharedStore> extends SharedKind<Name, Store> {
  /** The store of a process that shares nothing. */
  inMemory(settings: MemorySettings): Store
}
