import { counted } from './decision-log.ts'
import { Listener } from './listener.ts'

/** Milliseconds between two lines. */
const quiet = 60_000

/** Says at most once a minute how many requests were refused, by code, for operators who set up no log. */
export class RefusalSummary {
  readonly #counts = new Map<string, number>()
  readonly #say: Listener<[string]>
  #saidAt = Number.NEGATIVE_INFINITY

  constructor(say: (line: string) => unknown) {
    this.#say = new Listener('log', say)
  }

  /** @param now milliseconds of a clock that only goes forward */
  refused(code: string, now: number = performance.now()): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
    if (now - this.#saidAt < quiet) return
    this.#saidAt = now
    this.#say.notify(
      `aauth-guard: refused ${counted(this.#counts)}: set "log" to 'console' to see each with its remedy`,
    )
    this.#counts.clear()
  }
}
