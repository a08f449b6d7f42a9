import { isAAuthError, type Lifetime } from '@aauth-guard/core'

/** Why a lifetime has ended, or `'open'`. */
export function endOf({ signal }: Lifetime): string {
  if (!signal.aborted) return 'open'
  const { reason } = signal
  return isAAuthError(reason) ? reason.code : `no refusal: ${reason}`
}

/** Resolves with the reason when an open lifetime ends. */
export function nextEnd(lifetime: Lifetime): Promise<string> {
  return new Promise((resolve) =>
    lifetime.signal.addEventListener('abort', () => resolve(endOf(lifetime)), { once: true }),
  )
}
