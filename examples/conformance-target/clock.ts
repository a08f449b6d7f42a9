/** The clock of the system, which a suite can set forward so that it need not wait. */
export interface TargetClock {
  /** Integer seconds. */
  readonly now: () => number
  /** @returns the time from now on. @throws {TypeError} */
  advance(seconds: unknown): number
}

/** @param isShared whether other processes, whose clocks go on as they are, have the same state */
export function targetClock(isShared: boolean): TargetClock {
  let ahead = 0
  const now = (): number => Math.floor(Date.now() / 1000) + ahead
  return {
    now,
    advance(seconds) {
      if (isShared) throw new TypeError('the clock cannot be set forward with "stores"')
      if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0)
        throw new TypeError('"advance" must be an integer of seconds, 0 or more')
      ahead += seconds
      return now()
    },
  }
}
