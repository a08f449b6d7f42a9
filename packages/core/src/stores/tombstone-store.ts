import { IssuerShares } from '../limits/issuer-shares.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedStore, StoreKind } from './store-kind.ts'

/** A mission that was terminated. That is permanent (docs/decisions.md#termination-is-permanent). */
export interface Tombstone {
  /** The person server that approved the mission. */
  readonly approver: string
  readonly s256: string
  /** Why it was terminated, if known: 1 to 128 printable ASCII characters. */
  readonly reason?: string | undefined
}

/** A tombstone as it is passed to a store. */
export interface TombstoneEntry extends Tombstone {
  /** Whether a list in `trust` contains the person server. Affects shares only. */
  readonly listed: boolean
}

/** The result of adding a tombstone. `'full'` means that its person server, or all unlisted ones, used up their share. */
export type TombstoneVerdict = 'recorded' | 'full'

/** Hears of terminations that other processes recorded. */
export interface TombstoneListener {
  onTerminated(tombstone: Tombstone): void
  /** As in a `RevocationListener`. */
  onLost(hint: string): void
  /** As in a `RevocationListener`. */
  onSubscribed(): void
}

/**
 * Stores terminated missions permanently. If a store throws, rejects, returns an invalid value or takes longer than
 * 500 ms, the request is refused with 503.
 *
 * Contract, tested by `tombstoneStoreChecks` of `@aauth-guard/testing`: once `add` has returned `'recorded'`, every later
 * `find` returns the tombstone, in every process that shares the store and after every restart. Tombstones are never
 * removed, and the first tombstone of a mission is not changed. Once `add` has returned `'full'` for a person server,
 * `find` returns `'full'` for every mission of that person server that it does not find, but not for other servers, until
 * `clearFull` is called.
 */
export interface TombstoneStore extends SharedStore {
  /** Records that a mission is terminated, atomically. */
  add(entry: TombstoneEntry): MayWait<TombstoneVerdict>
  /** Asked on every request that carries a mission. */
  find(mission: {
    readonly approver: string
    readonly s256: string
    readonly listed: boolean
  }): MayWait<Tombstone | 'full' | undefined>
  /**
   * Forgets that a termination of this person server could not be recorded. Called by `resource.missions.clearFull`, once
   * the operator has made room and recorded every termination that was refused.
   */
  clearFull?(server: { readonly approver: string }): MayWait<void>
  /**
   * Tells a listener of every termination, by whatever process, as `subscribe` of a `RevocationStore` does.
   * @returns a function that ends the subscription
   */
  subscribe?(listener: TombstoneListener): () => void
}

/** The tombstone of a mission, if it was terminated. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findTombstone(
  store: TombstoneStore,
  { approver, s256 }: Pick<Tombstone, 'approver' | 's256'>,
  listed: boolean,
  budget?: WaitBudget,
): MayWait<Tombstone | 'full' | undefined> {
  return answered<Tombstone | 'full' | undefined>(
    store,
    '"stores.tombstones"',
    () => store.find({ approver, s256, listed }),
    (answer) =>
      answer === undefined ||
      answer === 'full' ||
      (typeof answer === 'object' && answer?.approver === approver && answer.s256 === s256),
    budget,
  )
}

/** Records the termination of a mission. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addTombstone(store: TombstoneStore, entry: TombstoneEntry): MayWait<TombstoneVerdict> {
  return answered(
    store,
    '"stores.tombstones"',
    () => store.add(entry),
    (answer) => answer === 'recorded' || answer === 'full',
  )
}

/**
 * Forgets that terminations of a person server could not be recorded.
 * @throws {AAuthError} `server_error` (or the promise rejects) when the store fails
 * @throws {TypeError} for a store that cannot do that
 */
export function clearFull(store: TombstoneStore, approver: string): MayWait<void> {
  if (store.clearFull === undefined)
    throw new TypeError('"stores.tombstones" has no method "clearFull": add it')
  return answered<void>(
    store,
    '"stores.tombstones"',
    () => store.clearFull?.({ approver }),
    () => true,
  )
}

/** Maximum number of unlisted person servers recorded as full. Beyond it, all unlisted ones count as full. */
const maxFull = 10_000

/**
 * Terminated missions, for as long as the process lives. Nothing is evicted
 * (docs/decisions.md#termination-is-permanent).
 */
export class TombstoneMemory implements TombstoneStore {
  readonly #entries: IssuerShares<Tombstone>
  readonly #full = new Set<string>()

  /** @param max entries of all unlisted person servers together */
  constructor(max: number, maxPerServer: number) {
    this.#entries = new IssuerShares(max, maxPerServer)
  }

  add({ listed, ...tombstone }: TombstoneEntry): TombstoneVerdict {
    const { approver, s256 } = tombstone
    if (this.#entries.get(approver, s256) !== undefined) return 'recorded'
    if (!this.#entries.hasRoom(approver, listed)) {
      if (this.#full.size < maxFull || listed) this.#full.add(approver)
      return 'full'
    }
    this.#entries.set(approver, s256, Object.freeze(tombstone), listed)
    return 'recorded'
  }

  find({ approver, s256, listed }: Parameters<TombstoneStore['find']>[0]): Tombstone | 'full' | undefined {
    return this.#entries.get(approver, s256) ?? (this.#isFull(approver, listed) ? 'full' : undefined)
  }

  clearFull({ approver }: { readonly approver: string }): void {
    this.#full.delete(approver)
  }

  /** A termination that could not be recorded may concern any mission of the person server. */
  #isFull(approver: string, listed: boolean): boolean {
    return this.#full.has(approver) || (this.#full.size >= maxFull && !listed)
  }
}

/** Terminated missions. */
export const tombstoneKind: StoreKind<'tombstones', TombstoneStore> = {
  name: 'tombstones',
  methods: ['add', 'find'],
  inMemory: ({ limits }) => new TombstoneMemory(100_000, limits.tombstones),
}
