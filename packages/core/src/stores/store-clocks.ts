import { AAuthError } from '../errors/aauth-error.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedStore } from './store-kind.ts'

/** Seconds by which the clock of the process and that of a store may differ. */
const tolerance = 60
/** Milliseconds between two comparisons. */
const interval = 10_000
/** Seconds by which the clock of the process may move against the monotonic clock. A clock of whole seconds jumps by one. */
const maxDrift = 1

interface Comparison {
  readonly madeAt: number
  readonly second: number
  verdict: MayWait<void>
}

/**
 * Compares the clock of the process with those of the stores: signatures, tokens and revocations carry absolute times, so
 * nothing is forgotten early only while the clocks agree within a minute. Each is compared every ten seconds, and when the
 * clock of the process turns out to have been set. Only the stores that a request uses are asked, so that a store that
 * does not answer stops nobody else.
 */
export class StoreClocks {
  readonly #stores: ReadonlyMap<string, SharedStore>
  readonly #now: () => number
  readonly #last = new Map<string, Comparison>()

  /** @param now seconds */
  constructor(stores: readonly (readonly [name: string, store: SharedStore])[], now: () => number) {
    this.#stores = new Map(stores)
    this.#now = now
  }

  /**
   * Checks the clocks of some stores. Returns the result of the last comparison while that is recent.
   *
   * @param names those without a clock are left out; default all
   * @throws {AAuthError} `server_error` (or the promise rejects) when a clock differs, or a store fails
   */
  compare(names: Iterable<string> = this.#stores.keys(), budget?: WaitBudget): MayWait<void> {
    const second = this.#now()
    const madeAt = performance.now()
    const waiting: Promise<void>[] = []
    for (const name of names) {
      const store = this.#stores.get(name)
      const verdict = store && this.#compare(name, store, second, madeAt, budget)
      if (verdict instanceof Promise) waiting.push(verdict)
    }
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined)
  }

  #compare(
    name: string,
    store: SharedStore,
    second: number,
    madeAt: number,
    budget: WaitBudget | undefined,
  ): MayWait<void> {
    const last = this.#last.get(name)
    if (last && madeAt - last.madeAt < interval && !isSet(last, second, madeAt)) return last.verdict
    this.#last.delete(name)
    const verdict = this.#ask(name, store, budget)
    const comparison: Comparison = { madeAt, second, verdict }
    this.#last.set(name, comparison)
    if (!(verdict instanceof Promise)) return undefined
    verdict.then(
      () => {
        comparison.verdict = undefined
      },
      () => {
        // The next request compares again.
        if (this.#last.get(name) === comparison) this.#last.delete(name)
      },
    )
    return verdict
  }

  #ask(name: string, store: SharedStore, budget: WaitBudget | undefined): MayWait<void> {
    const judge = (theirs: number): void => {
      const ours = this.#now()
      if (Math.abs(Math.floor(theirs) - ours) <= tolerance) return
      throw new AAuthError('server_error', {
        hint: `the clock of the resource is at ${ours}, and that of "stores.${name}" at ${Math.floor(theirs)}, which differs by more than ${tolerance} s: set both clocks by NTP`,
        retryAfter: 5,
      })
    }
    const theirs = answered<number>(
      store,
      `"stores.${name}"`,
      () => store.now?.() as MayWait<number>,
      Number.isFinite,
      budget,
    )
    return theirs instanceof Promise ? theirs.then(judge) : judge(theirs)
  }
}

/** Whether the clock of the process was set since a comparison. */
function isSet(last: Comparison, second: number, madeAt: number): boolean {
  return Math.abs(second - last.second - (madeAt - last.madeAt) / 1000) > maxDrift
}
