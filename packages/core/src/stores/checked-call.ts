import { AAuthError } from '../errors/aauth-error.ts'
import { isThenable, startTimer } from '../limits/deadline.ts'

/** Milliseconds that a store may take; then it counts as failed, and the request is refused with 503. */
const deadline = 500
/** Maximum number of calls waiting for one store. Further calls are refused, so that a hanging store holds no memory. */
const maxWaiting = 1000

/** Called when a store fails, with the name of its option and the reason. */
export type FailureListener = (name: string, hint: string) => void

const failureListeners = new WeakMap<object, Set<FailureListener>>()

/**
 * Calls a listener whenever the store fails, until the returned function is called: a store may outlive many resources.
 */
export function onFailure(store: object, listener: FailureListener): () => void {
  const listeners = failureListeners.get(store) ?? new Set()
  failureListeners.set(store, listeners.add(listener))
  return () => listeners.delete(listener)
}

const waiting = new WeakMap<object, number>()

/**
 * Returns the answer of a store, if it is valid and arrives within the deadline. In all other cases the request is
 * refused. A store in memory returns synchronously, which has no extra cost.
 *
 * @param name the option, for the hint: `"stores.replays"`
 * @throws {AAuthError} `server_error` (or the promise rejects with it) for a store that fails
 */
export function answered<T>(
  store: object,
  name: string,
  ask: () => T | PromiseLike<T>,
  isKnown: (answer: T) => boolean,
): T | Promise<T> {
  const before = waiting.get(store) ?? 0
  if (before >= maxWaiting) throw failed(store, name, `has ${maxWaiting} calls waiting`)
  const judge = (answer: T): T => {
    if (isKnown(answer)) return answer
    throw failed(store, name, 'returned a value that its contract does not allow')
  }
  let answer: T | PromiseLike<T>
  try {
    answer = ask()
  } catch (cause) {
    throw failed(store, name, 'threw', cause)
  }
  if (!isThenable(answer)) return judge(answer)
  waiting.set(store, before + 1)
  const late = answer
  return new Promise<T>((resolve, reject) => {
    const stopTimer = startTimer(deadline, () =>
      settle(() => reject(failed(store, name, `took over ${deadline} ms`))),
    )
    let settled = false
    const settle = (how: () => void): void => {
      if (settled) return
      settled = true
      // Released even if the store never answers, so that it can recover.
      waiting.set(store, (waiting.get(store) as number) - 1)
      stopTimer()
      how()
    }
    // Promise.resolve guards against thenables that settle twice, or throw.
    Promise.resolve(late)
      .then(judge, (cause: unknown) => {
        throw failed(store, name, 'rejected', cause)
      })
      .then(
        (known) => settle(() => resolve(known)),
        (fault: unknown) => settle(() => reject(fault)),
      )
  })
}

function failed(store: object, name: string, how: string, cause?: unknown): AAuthError {
  const why = cause instanceof Error ? `: ${cause.name}: ${cause.message}` : ''
  const hint = `${name} ${how}${why}`
  for (const listener of failureListeners.get(store) ?? []) listener(name.replaceAll('"', ''), hint)
  return new AAuthError('server_error', { hint, cause, retryAfter: 5 })
}
