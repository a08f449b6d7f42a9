import { FailureBreaker } from '../limits/failure-breaker.ts'

/** Who is told how a store does. The name is that of the option. */
export interface StoreWatcher {
  /** A call failed, and why. */
  readonly failed?: (store: string, hint: string) => void
  /** Calls are suspended after failures, or no longer. */
  readonly circuitChanged?: (store: string, state: 'open' | 'closed') => void
  /** A call was answered, or failed. Calls are measured only if somebody is told. */
  readonly called?: (call: StoreCall) => void
}

/** One call to a store, and what came of it. */
export interface StoreCall {
  /** The option, such as `stores.revocations`. */
  readonly store: string
  readonly outcome: 'answered' | 'failed'
  /** Milliseconds by the monotonic clock. */
  readonly duration: number
}

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
  readonly watchers: Set<StoreWatcher>
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
    known = { waiting: new Set(), breaker: new FailureBreaker(), watchers: new Set() }
    health.set(store, known)
  }
  return known
}

/** Tells of a store until the returned function is called: a store may outlive many resources. */
export function watchStore(store: object, watcher: StoreWatcher): () => void {
  const { watchers } = healthOf(store)
  // One watcher can watch several stores, and several resources can use one.
  const own = { ...watcher }
  watchers.add(own)
  return () => watchers.delete(own)
}
