import { isAAuthError } from '../../errors/aauth-error.ts'
import { serverFault } from '../../errors/server-fault.ts'
import type { RecordKey } from '../../stores/record-store.ts'
import type { ManagedContext } from '../managed-context.ts'
import { leaseFor } from './held-limits.ts'
import type { HeldOutcomes } from './held-outcomes.ts'
import type { FoundHeld, HeldRecords } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import type { HeldRuns } from './held-runs.ts'
import { polledUntil } from './kept-until.ts'

/** Records of one page. Looked through beside other work, a page is all that is done in one go. */
const pageSize = 100

/** What is known in this process of the calls that may be looked for. */
interface Known {
  readonly records: HeldRecords
  readonly outcomes: HeldOutcomes
  readonly runs: HeldRuns
  readonly routes: ReadonlyMap<string, HeldRoute>
}

/** Looks for calls whose process was lost, whether or not their agents poll. */
export class UnknownOutcomes {
  readonly #managed: ManagedContext
  readonly #known: Known
  #lookedAt = Number.NEGATIVE_INFINITY
  #after: RecordKey | undefined

  constructor(managed: ManagedContext, known: Known) {
    this.#managed = managed
    this.#known = known
  }

  /**
   * Tells of all unknown outcomes that nobody was told of.
   * @returns of how many it has told
   * @throws {AAuthError} `server_error` (the promise rejects) when the store fails
   */
  async report(): Promise<number> {
    let told = 0
    let after: RecordKey | undefined
    do {
      const page: Page = await this.#reportPage(after)
      told += page.told
      after = page.last
    } while (after !== undefined)
    return told
  }

  /** Looks through one page beside the request that is answered, unless that was done a short time ago. */
  reportIfDue(): void {
    const now = this.#managed.state.settings.now()
    // A clock that was set back counts as well.
    if (Math.abs(now - this.#lookedAt) < leaseFor) return
    this.#lookedAt = now
    this.#reportPage(this.#after).then(
      ({ last }) => {
        this.#after = last
      },
      (error: unknown) => {
        const { hint } = isAAuthError(error) ? error : serverFault(error)
        console.warn(`aauth-guard: held calls with an unknown outcome could not be looked for: ${hint}`)
      },
    )
  }

  async #reportPage(after: RecordKey | undefined): Promise<Page> {
    const { records } = this.#known
    const keys = await records.listBegun(pageSize, after)
    let told = 0
    for (const { id } of keys) if (await this.#reportOne(id)) told += 1
    return { told, last: keys.length < pageSize ? undefined : keys.at(-1) }
  }

  async #reportOne(id: string): Promise<boolean> {
    const { records, outcomes, runs, routes } = this.#known
    // Known before the record is read, as in a poll.
    if (runs.running(id) !== undefined) return false
    const found = await records.find(id)
    // Only a process that has the route knows whether it may be run again, and whom to tell.
    const route = found && routes.get(found.record.route)
    if (found === undefined || route === undefined) return false
    if (found.record.state === 'running') {
      if (!this.#isLost(found, route)) return false
      if ((await outcomes.giveUp(found)) !== 'replaced') return false
    }
    return outcomes.tell(route, id)
  }

  /** Whether nobody runs the call, and no poll can run it again. */
  #isLost(found: FoundHeld, { idempotent }: HeldRoute): boolean {
    const { record } = found
    const now = this.#managed.state.settings.now()
    if (now < record.lease || this.#known.runs.neverBegan(found)) return false
    return !idempotent || found.ended !== undefined || now >= polledUntil(record)
  }
}

interface Page {
  readonly told: number
  /** Absent if there are no more. */
  readonly last: RecordKey | undefined
}
