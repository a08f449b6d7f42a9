import { FailureBreaker } from '../limits/failure-breaker.ts'

/** Called when a store fails, with the name of its option and the reason. */
export type FailureListener = (name: string, hint: string) => void

/** How a store does, in all resources of this process that use it. */
export interface StoreHealth {
  /** Number of calls that wait for an answer. */
  waiting: number
  readonly breaker: FailureBreaker
  readonly listeners: Set<FailureListener>
}

const health = new WeakMap<object, StoreHealth>()

export function healthOf(store: object): StoreHealth {
  let known = health.get(store)
  if (known === undefined) {
    known = { waiting: 0, breaker: new FailureBreaker(), listeners: new Set() }
    health.set(store, known)
  }
  return known
}

/**
 * Calls a listener whenever the store fails, until the returned function is called: a store may outlive many resources.
 */
export function onFailure(store: object, listener: FailureListener): () => void {
  const { listeners } = healthOf(store)
  listeners.add(listener)
  return () => listeners.delete(listener)
}
