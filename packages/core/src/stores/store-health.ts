import { FailureBreaker } from '../limits/failure-breaker.ts'

/** Called when a store fails, with the name of its option and the reason. */
export type FailureListener = (name: string, hint: string) => void

/** A call that waits for an answer. */
export interface WaitingCall {
  /** Milliseconds of the monotonic clock. */
  readonly sentAt: number
}

/** How a store does, in all resources of this process that use it. */
export interface StoreHealth {
  /** The calls that wait for an answer, oldest first. */
  readonly waiting: Set<WaitingCall>
  readonly breaker: FailureBreaker
  readonly listeners: Set<FailureListener>
}

const health = new WeakMap<object, StoreHealth>()

/**
 * Number of calls that wait. Workers end the promises and timers of a request with it, so a call can be given up without
 * any notice: one whose deadline passed long ago does not count.
 */
export function waitingCalls({ waiting }: StoreHealth, longest: number): number {
  const oldest = performance.now() - longest
  for (const call of waiting) {
    if (call.sentAt >= oldest) break
    waiting.delete(call)
  }
  return waiting.size
}

export function healthOf(store: object): StoreHealth {
  let known = health.get(store)
  if (known === undefined) {
    known = { waiting: new Set(), breaker: new FailureBreaker(), listeners: new Set() }
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
