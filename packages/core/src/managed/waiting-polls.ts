import { startTimer } from '../limits/deadline.ts'

/** Maximum number of polls that wait, and of requests whose last poll is remembered. */
const maxWaiting = 500
const maxRemembered = 10_000
/** Seconds. */
const maxWait = 20

/** A poll that may wait. */
export interface WaitingPoll {
  /** Resolves once the request changes, or the time has passed. */
  readonly changed: Promise<void>
  /** Ends the wait, also before it began. */
  stop(): void
}

/** The polls of this process: when the last one was, and who waits for a change. */
export class WaitingPolls {
  readonly #last = new Map<string, number>()
  readonly #waiting = new Map<string, () => void>()
  #isClosed = false

  /** Whether a request may be polled now: once a second. Each process counts for itself. */
  take(id: string, now: number): boolean {
    const last = this.#last.get(id)
    // A clock that was set back stops nobody.
    if (last !== undefined && now >= last && now - last < 1) return false
    this.#last.delete(id)
    this.#last.set(id, now)
    if (this.#last.size > maxRemembered) this.#last.delete(this.#last.keys().next().value as string)
    return true
  }

  /**
   * Lets a poll wait until the request changes in this process, or the time has passed. `undefined` if it may not: one
   * poll of a request does, and 500 in all. Begin before the request is read, so that no change is missed in between.
   */
  begin(id: string, seconds: number): WaitingPoll | undefined {
    if (this.#isClosed || this.#waiting.has(id) || this.#waiting.size >= maxWaiting) return undefined
    let end: () => void = () => undefined
    const changed = new Promise<void>((resolve) => {
      const stopTimer = startTimer(Math.min(seconds, maxWait) * 1000, () => end())
      end = () => {
        stopTimer()
        if (this.#waiting.get(id) === end) this.#waiting.delete(id)
        resolve()
      }
    })
    this.#waiting.set(id, end)
    return { changed, stop: end }
  }

  /** How many polls wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  wake(id: string): void {
    this.#waiting.get(id)?.()
  }

  wakeAll(): void {
    for (const wake of [...this.#waiting.values()]) wake()
  }

  close(): void {
    this.#isClosed = true
    this.wakeAll()
  }
}

/** The seconds of `Prefer: wait=` (RFC 7240); 0 without it, and for what is not a number of seconds. */
export function waitPreferred(lines: readonly string[]): number {
  for (const preference of lines.join(',').slice(0, 1024).split(',')) {
    const [name = '', value = ''] = preference.trim().split('=')
    const seconds = Number(value)
    if (name.toLowerCase() === 'wait' && Number.isInteger(seconds) && seconds > 0) return seconds
  }
  return 0
}
