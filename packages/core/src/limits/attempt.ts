/**
 * Runs what may fail without consequence here, because the failure was reported where it occurred. Neither throws nor
 * leaves a rejection unhandled, which would terminate the process.
 */
export function attempt(work: () => void | Promise<void>): void | Promise<void> {
  try {
    const done = work()
    return done instanceof Promise ? done.catch(() => undefined) : undefined
  } catch {}
}
