type MayWait<T> = T | Promise<T>

/**
 * Goes on with what a step found: at once if it did not have to wait. Most requests wait for nothing, and every `async`
 * function on their way costs an object for its state, a promise and a turn of the queue
 * (bench/README.md#steps-that-may-wait).
 */
export function afterwards<T, R>(found: MayWait<T>, next: (found: T) => MayWait<R>): MayWait<R> {
  return found instanceof Promise ? found.then(next) : next(found)
}
