import type { Clock } from './clock.ts'
import { FetchFailure } from './failure.ts'

/** Seconds. No server makes the command wait longer at a time. */
export const longestWait = 60
/** Seconds between two polls where the server does not say (draft 11 §11.8). */
export const usualPause = 5
/** Seconds of all waits together. */
export const longestWaits = 600
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

  /**
   * Resolves with one answer.
   * @param isPoll whether the server may hold the answer back, so that its time counts as waiting
   * @throws {FetchFailure} where it takes too long
   */
  async forAnswer<T>(from: string, ask: (signal: AbortSignal) => Promise<T>, isPoll = false): Promise<T> {
    const late = this.#clock.timeout(longestAnswer * 1000)
    const begun = this.#clock.now()
    try {
      return await ask(AbortSignal.any([late, this.#end]))
    } catch (error) {
      this.#assertTimeLeft()
      if (late.aborted) throw new FetchFailure(`${from} did not answer within ${longestAnswer} s`)
      throw error
    } finally {
      if (isPoll) this.#countSince(begun)
    }
  }

  /**
   * Resolves with what the person at the terminal says; `undefined` where they say nothing within so many seconds, and
   * within what is left of ten minutes.
   * @throws {FetchFailure} after `--max-time`
   */
  async forPerson<T>(
    seconds: number,
    ask: (signal: AbortSignal) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const late = this.#clock.timeout(Math.max(0, Math.min(seconds, longestWaits - this.#waited)) * 1000)
    const begun = this.#clock.now()
    const said = await ask(AbortSignal.any([late, this.#end]))
    this.#countSince(begun)
    this.#assertTimeLeft()
    return said
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

  #countSince(begun: number): void {
    this.#waited += Math.max(0, this.#clock.now() - begun) / 1000
  }

  #assertTimeLeft(): void {
    if (this.#end.aborted) throw new FetchFailure(`gave up after the ${this.#maxTime} s of --max-time`)
  }
}
