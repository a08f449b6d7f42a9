import { setTimeout as pause } from 'node:timers/promises'
import type { TestClock } from '@aauth-guard/testing'

/** The time in which the acts of a mission are played. */
export interface Time {
  /** Seconds since some moment, with fractions. */
  now(): number
  /** Lets milliseconds pass. */
  pause(milliseconds: number): Promise<void>
}

export const realTime = (): Time => ({
  now: () => performance.now() / 1000,
  pause: (milliseconds) => pause(milliseconds),
})

/** Time that passes only where somebody pauses, however long everything else takes; the clock goes with it. */
export function simulatedTime(clock: TestClock): Time {
  const start = clock.now()
  let passed = 0
  clock.set(start)
  return {
    now: () => passed / 1000,
    async pause(milliseconds) {
      passed += milliseconds
      clock.set(start + Math.floor(passed / 1000))
    },
  }
}
