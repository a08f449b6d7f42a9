/** Time that goes as told. `now` can be handed to `createResource` as it is. */
export interface TestClock {
  /** Integer seconds. */
  readonly now: () => number
  /** Whether it stands until it is told to go on. */
  readonly isStopped: boolean
  set(seconds: number): void
  advance(seconds: number): void
  /** Back to the system's clock. */
  real(): void
}

/** A clock that stands at `start`, or follows the system's where none is given. */
export function makeClock(start: number | undefined): TestClock {
  let stopped = start
  const now = (): number => stopped ?? Math.floor(Date.now() / 1000)
  return {
    now,
    get isStopped() {
      return stopped !== undefined
    },
    set(seconds) {
      stopped = seconds
    },
    advance(seconds) {
      stopped = now() + seconds
    },
    real() {
      stopped = undefined
    },
  }
}
