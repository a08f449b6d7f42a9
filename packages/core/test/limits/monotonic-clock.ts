import { vi } from 'vitest'

/** `performance.now`, which stands still until the test moves it. */
export interface MonotonicClock {
  advance(milliseconds: number): void
}

/** Stops the monotonic clock until the test is over. */
export function stopMonotonicClock(): MonotonicClock {
  let at = 1_000_000
  vi.spyOn(performance, 'now').mockImplementation(() => at)
  return {
    advance(milliseconds) {
      at += milliseconds
    },
  }
}
