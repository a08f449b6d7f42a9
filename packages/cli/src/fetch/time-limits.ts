import type { Clock } from './clock.ts'
import { FetchFailure } from './failure.ts'

/** Seconds. No server makes the command wait longer at a time. */
export const longestWait = 60
/** Seconds between two polls where the server does not say (draft 11 §11.8). */
export const usualPause = 5
/** Seconds. */
const longestWaits = 600
/** Seconds that a server may take for one answer, its content included. */
const longestAnswer = 60

/** Bounds what servers can make the command wait for: each answer, each pause, all pauses, and `--max-time`. */
export class TimeLimits {
  readonly #clock: Clock
  readonly #maxTime: number | undefined
  readonly #end: AbortSignal
  #waited = 0

  /** @param maxTime seconds for everything; default no such limit */
  constructor(clock: Clock, maxTime?: number) {
    this.#clock = clock
    this.#maxTime = maxTime
    this.#end = maxTime === undefined ? new AbortController().signal : clock.timeout(maxTime * 1000)
  }

  /** Resolves with one answer. @throws {FetchFailure} where it takes too long */
  async forAnswer<T>(from: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = this.#clock.timeout(longestAnswer * 1000)
    try {
      return await ask(AbortSignal.any([late, this.#end]))
    } catch (error) {
      this.#assertTimeLeft()
      if (late.aborted) throw new FetchFailure(`${from} did not answer within ${longestAnswer} s`)
      throw error
    }
  }

  /** Waits no longer than a minute. @throws {FetchFailure} after ten minutes in all */
  async wait(seconds: number): Promise<void> {
    const pause = Math.min(seconds, longestWait)
    if (this.#waited + pause > longestWaits)
      throw new FetchFailure(`gave up after waiting for ${longestWaits / 60} minutes`)
    this.#waited += pause
    await this.#clock.wait(pause * 1000, this.#end).catch((error: unknown) => {
      this.#assertTimeLeft()
      throw error
    })
    this.#assertTimeLeft()
  }

  #assertTimeLeft(): void {
    if (this.#end.aborted) throw new FetchFailure(`gave up after the ${this.#maxTime} s of --max-time`)
  }
}
