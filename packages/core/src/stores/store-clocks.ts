import { AAuthError } from '../errors/aauth-error.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered, firstOf } from './checked-call.ts'
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
  readonly verdict: MayWait<void>
}

/**
 * Compares the clock of the process with those of the stores: signatures, tokens and revocations carry absolute times, so
 * nothing is forgotten early only while the clocks agree within a minute. They are compared every ten seconds, and when
 * the clock of the process turns out to have been set.
 */
export class StoreClocks {
  readonly #stores: readonly (readonly [name: string, store: SharedStore])[]
  readonly #now: () => number
  #last: Comparison | undefined

  /** @param now seconds */
  constructor(stores: readonly (readonly [string, SharedStore])[], now: () => number) {
    this.#stores = stores
    this.#now = now
  }

  /**
   * Checks the clocks. Returns the result of the last comparison while that is recent.
   * @throws {AAuthError} `server_error` (or the promise rejects) when a clock differs, or a store fails
   */
  compare(budget?: WaitBudget): MayWait<void> {
    const second = this.#now()
    const madeAt = performance.now()
    const last = this.#last
    if (last && madeAt - last.madeAt < interval && !isSet(last, second, madeAt)) return last.verdict
    const faults = this.#stores.map(([name, store]) => this.#faultOf(name, store, budget))
    const verdict = faults.some((fault) => fault instanceof Promise)
      ? Promise.all(faults).then(throwFirst)
      : throwFirst(faults)
    const comparison = { madeAt, second, verdict }
    this.#last = comparison
    verdict?.then(
      () => {
        if (this.#last === comparison) this.#last = { madeAt, second, verdict: undefined }
      },
      () => {
        // The next request compares again.
        if (this.#last === comparison) this.#last = undefined
      },
    )
    return verdict
  }

  /** Why the clock of a store cannot be relied on; `undefined` if it can. Never throws and never rejects. */
  #faultOf(name: string, store: SharedStore, budget: WaitBudget | undefined): MayWait<unknown> {
    const judge = (theirs: number): unknown => {
      const ours = this.#now()
      if (Math.abs(Math.floor(theirs) - ours) <= tolerance) return undefined
      return new AAuthError('server_error', {
        hint: `the clock of the resource is at ${ours}, and that of "stores.${name}" at ${Math.floor(theirs)}, which differs by more than ${tolerance} s: set both clocks by NTP`,
        retryAfter: 5,
      })
    }
    try {
      const theirs = answered<number>(
        store,
        `"stores.${name}"`,
        () => store.now?.() as MayWait<number>,
        Number.isFinite,
        budget,
      )
      return theirs instanceof Promise ? theirs.then(judge).catch((fault: unknown) => fault) : judge(theirs)
    } catch (fault) {
      return fault
    }
  }
}

function throwFirst(faults: readonly unknown[]): void {
  const found = faults.filter((fault) => fault !== undefined)
  if (found.length > 0) throw firstOf(found)
}

/** Whether the clock of the process was set since a comparison. */
function isSet(last: Comparison, second: number, madeAt: number): boolean {
  return Math.abs(second - last.second - (madeAt - last.madeAt) / 1000) > maxDrift
}
