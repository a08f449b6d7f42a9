/** Milliseconds between two looks at what is due. */
const tick = 20
/** Requests that may be under way. */
const maxPending = 64

/**
 * Lets `act` make about `perMinute` events a minute, until it is stopped. What a slow machine does not manage is left out,
 * and not made up for.
 *
 * @param act resolves with the number of events that it made
 * @returns a function that stops it, which resolves once nothing is under way
 */
export function keepPace(perMinute: number, act: () => Promise<number>): () => Promise<void> {
  const pending = new Set<Promise<void>>()
  let due = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    due = Math.min(due + ((now - last) * perMinute) / 60_000, maxPending)
    last = now
    while (due >= 1 && pending.size < maxPending) {
      due -= 1
      const acting = act().then(
        (events) => {
          due -= events - 1
        },
        // A request that was under way when the world was closed.
        () => undefined,
      )
      pending.add(acting)
      acting.finally(() => pending.delete(acting))
    }
  }, tick)
  return async () => {
    clearInterval(timer)
    await Promise.all(pending)
  }
}
