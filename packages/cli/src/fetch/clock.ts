import { setTimeout } from 'node:timers/promises'

/** The time. Tests have one that passes when they say so. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits. Rejects once `signal` is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  /** A signal that is aborted after so many milliseconds. */
  timeout(milliseconds: number): AbortSignal
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
  timeout: (milliseconds) => AbortSignal.timeout(milliseconds),
}
