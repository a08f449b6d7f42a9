import { longestRun, renewedAfter } from './held-limits.ts'

/**
 * Renews the lease of a run until the returned function is called, and for an hour at most. The timer does not keep a
 * process alive.
 *
 * @param renew may reject: the lease outlasts several renewals
 * @param giveUp called once the lease is not renewed any more
 * @returns a function that resolves once no renewal is under way
 */
export function renewLease(renew: () => Promise<void>, giveUp: () => void): () => Promise<void> {
  let renewed: Promise<void> = Promise.resolve()
  let renewals = 0
  const timer = setInterval(() => {
    renewals += 1
    if (renewals * renewedAfter <= longestRun) {
      renewed = renewed.then(renew).catch(() => undefined)
      return
    }
    clearInterval(timer)
    giveUp()
  }, renewedAfter)
  ;(timer as { unref?: () => void }).unref?.()
  return () => {
    clearInterval(timer)
    return renewed
  }
}
