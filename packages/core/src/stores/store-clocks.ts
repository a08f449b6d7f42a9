import { AAuthError } from '../errors/aauth-error.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered, asWarning, firstOf, storeDeadline } from './checked-call.ts'
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
  /** Why the clock cannot be relied on; `undefined` if it can. */
  fault: MayWait<unknown>
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
    const faults: unknown[] = []
    for (const name of names) {
      const store = this.#stores.get(name)
      const fault = store && this.#compare(name, store, second, madeAt, budget)
      if (fault !== undefined) faults.push(fault)
    }
    if (faults.some((fault) => fault instanceof Promise)) return Promise.all(faults).then(throwFirst)
    return throwFirst(faults)
  }

  /** Never throws and never rejects. */
  #compare(
    name: string,
    store: SharedStore,
    second: number,
    madeAt: number,
    budget: WaitBudget | undefined,
  ): MayWait<unknown> {
    const last = this.#last.get(name)
    // A comparison that is under way ends within the deadline, or with the request on Workers, and then never.
    const lasting = last?.fault instanceof Promise ? storeDeadline : interval
    if (last && madeAt - last.madeAt < lasting && !isSet(last, second, madeAt)) return last.fault
    const fault = this.#faultOf(name, store, budget)
    const comparison: Comparison = { madeAt, second, fault }
    this.#last.set(name, comparison)
    const settle = (found: unknown): void => {
      comparison.fault = undefined
      // The next request compares again.
      if (found !== undefined && this.#last.get(name) === comparison) this.#last.delete(name)
    }
    if (fault instanceof Promise) void fault.then(settle)
    else settle(fault)
    return fault
  }

  /** Why the clock of a store cannot be relied on; `undefined` if it can. Never throws and never rejects. */
  #faultOf(name: string, store: SharedStore, budget: WaitBudget | undefined): MayWait<unknown> {
    const judge = (theirs: number): unknown => {
      const ours = this.#now()
      if (Math.abs(Math.floor(theirs) - ours) <= tolerance) return undefined
      return asWarning(
        new AAuthError('server_error', {
          hint: `the clock of the resource is at ${ours}, and that of "stores.${name}" at ${Math.floor(theirs)}, which differs by more than ${tolerance} s: set both clocks by NTP`,
          retryAfter: 5,
        }),
      )
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
