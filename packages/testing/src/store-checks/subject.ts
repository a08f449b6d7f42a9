import type { SharedStore } from '@aauth-guard/core'
import type { StoreCheckOptions, StoreClock } from './store-checks.ts'

/** A store in use, and its clock. */
export interface StoreSubject<Store> {
  readonly store: Store
  /** The same state as another process sees it. */
  readonly peer: Store
  /** The second, by the clock of the store, at which the check began. */
  readonly now: number
  /** Seconds by the clock of the store. */
  readonly clock: () => Promise<number>
  /** Sets the clock of the store forward. */
  readonly advance: (seconds: number) => Promise<void>
}

/** The largest `freshness` that a store can have, in milliseconds. */
export const maxFreshness = 500
/** Milliseconds by which a timer can fire too early, and more. */
const timerTolerance = 5

/** What the proofs of every kind of store need. */
export async function subjectOf<Store extends SharedStore>(
  store: Store,
  {
    peer = (same) => same,
    now = () => Date.now() / 1000,
    advance,
  }: StoreCheckOptions<Store> & StoreClock = {},
): Promise<StoreSubject<Store>> {
  return {
    store,
    peer: waitsForFreshness(await peer(store)),
    now: Math.floor(await now()),
    clock: async () => now(),
    advance: async (seconds) => advance?.(seconds),
  }
}

/** The answer of a store with `freshness` can be older than the call, so what is read from it is read that much later. */
function waitsForFreshness<Store extends SharedStore>(store: Store): Store {
  const { freshness = 0 } = store
  if (!(freshness > 0)) return store
  const wait = Math.min(freshness, maxFreshness) + timerTolerance
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      if (name !== 'find' && name !== 'get' && name !== 'list') return member.bind(target)
      return async (...asked: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, wait))
        return Reflect.apply(member, target, asked)
      }
    },
  })
}
