import type { Clock } from '../../src/fetch/clock.ts'

/** A clock that only advances during waits, or when a test advances it. */
export class TestClock implements Clock {
  /** The waits in seconds, in order. */
  readonly waits: number[] = []
  /** Resolves before the next waits are over. */
  until: Promise<unknown> = Promise.resolve()
  readonly #listeners: ((milliseconds: number) => void)[] = []
  readonly #timeouts: { readonly at: number; readonly over: AbortController }[] = []
  #next: (() => Promise<unknown>) | undefined
  #now: number

  constructor(start: number = Math.floor(Date.now() / 1000) * 1000) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.waits.push(milliseconds / 1000)
    const next = this.#next
    this.#next = undefined
    await this.until
    await next?.()
    this.advance(milliseconds)
    signal.throwIfAborted()
  }

  timeout(milliseconds: number): AbortSignal {
    const over = new AbortController()
    this.#timeouts.push({ at: this.#now + milliseconds, over })
    return over.signal
  }

  /** Has something happen during the next wait. */
  onNextWait(act: () => Promise<unknown>): void {
    this.#next = act
  }

  /** Advances the clock. */
  advance(milliseconds: number): void {
    this.#now += milliseconds
    for (const { at, over } of this.#timeouts) if (at <= this.#now) over.abort()
    for (const listener of this.#listeners) listener(this.#now)
  }

  /** Called with the time whenever it changes. */
  onChange(listener: (milliseconds: number) => void): void {
    this.#listeners.push(listener)
    listener(this.#now)
  }
}
