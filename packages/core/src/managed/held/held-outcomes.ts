import type { Answer } from '../../errors/answer.ts'
import { within } from '../../limits/deadline.ts'
import type { ManagedContext } from '../managed-context.ts'
import { leaseFor } from './held-limits.ts'
import type { HeldClaim, HeldRecord } from './held-record.ts'
import { type FoundHeld, type HeldRecords, type HeldVerdict, maxConflicts } from './held-records.ts'
import type { HeldRoute } from './held-route.ts'
import { keptUntil } from './kept-until.ts'
import { withinLimit } from './result.ts'

/** Seconds after which `onUnknown` may be called again when it has failed. */
const retriedAfter = 1

/** How calls that were begun have ended: kept, if it is known, and otherwise told. */
export class HeldOutcomes {
  readonly #managed: ManagedContext
  readonly #records: HeldRecords

  constructor(managed: ManagedContext, records: HeldRecords) {
    this.#managed = managed
    this.#records = records
  }

  /** Keeps a result. */
  keep(found: FoundHeld, { body, ...result }: Answer): Promise<HeldVerdict> {
    const record: HeldRecord = { ...found.record, state: 'done', attempt: null, result }
    return this.#replace(found, record, new TextEncoder().encode(body), 'settled')
  }

  /** Keeps the outcome of a call that is `unknown`. @returns whether it was */
  async recordOutcome(route: HeldRoute, id: string, given: Answer): Promise<boolean> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#records.find(id)
      if (found?.record.state !== 'unknown' || found.record.route !== route.name) return false
      if ((await this.keep(found, await withinLimit(given, route.maxResult))) === 'replaced') return true
    }
    return false
  }

  /** Says that nobody knows how a call ended, unless somebody else was faster. `tell` is to follow. */
  giveUp(found: FoundHeld): Promise<HeldVerdict> {
    // It is never run again, so its content is not needed any more.
    return this.#replace(found, { ...found.record, state: 'unknown', attempt: null, lease: 0 }, nothing)
  }

  /**
   * Tells of an unknown outcome, unless another process does, or has done so. A process that is lost before `onUnknown` has
   * returned is followed by another one: it is told twice rather than never.
   *
   * @returns whether this call has told it
   */
  async tell(route: HeldRoute | undefined, id: string): Promise<boolean> {
    const teller = await this.#becomeTeller(id)
    if (teller === undefined) return false
    this.#report(teller)
    // Another process may have the route, and with it `onUnknown`.
    if (route === undefined) return false
    const isTold = await this.#callOnUnknown(route, teller)
    await this.#endTelling(teller, isTold)
    return isTold
  }

  async #endTelling({ id, record: { attempt } }: FoundHeld, isTold: boolean): Promise<void> {
    for (let conflicts = 0; conflicts < maxConflicts; conflicts++) {
      const found = await this.#records.find(id)
      // The outcome may have been recorded in `onUnknown`.
      if (found?.record.attempt !== attempt) return
      const lease = isTold ? 0 : this.#managed.state.settings.now() + retriedAfter
      const record = { ...found.record, attempt: null, isTold, lease }
      const verdict = await this.#replace(found, record, found.content, isTold ? 'settled' : 'open')
      if (verdict !== 'conflict') return
    }
  }

  /** Of all processes that would tell of a call, one does. */
  async #becomeTeller(id: string): Promise<FoundHeld | undefined> {
    const found = await this.#records.find(id)
    const now = this.#managed.state.settings.now()
    if (found?.record.state !== 'unknown' || found.record.isTold || now < found.record.lease) return undefined
    const record = { ...found.record, attempt: crypto.randomUUID(), lease: now + leaseFor }
    return (await this.#replace(found, record, found.content)) === 'replaced'
      ? { ...found, record }
      : undefined
  }

  #report({ id, record: { route, call } }: FoundHeld): void {
    this.#managed.state.events.report({
      type: 'aauth.held_call_unknown.v1',
      id,
      route,
      method: call.method,
      path: call.target.split('?', 1)[0] as string,
    })
  }

  async #callOnUnknown({ onUnknown }: HeldRoute, { id, record }: FoundHeld): Promise<boolean> {
    const { route, call, claims, account, since } = record
    const { method, target } = call
    try {
      const token = claims.at(-1) as HeldClaim
      const outcome = Object.freeze({ id, route, method, target, account, token, since })
      await within(this.#managed.state, '"onUnknown"', onUnknown?.(outcome))
      return true
    } catch (error) {
      console.warn('aauth-guard: "onUnknown" of a held route threw, and will be called again', error)
      return false
    }
  }

  /** @param whether `settled` if the call need not be found by whoever looks for unknown outcomes */
  #replace(
    found: FoundHeld,
    record: HeldRecord,
    content: Uint8Array,
    whether: 'settled' | 'open' = 'open',
  ): Promise<HeldVerdict> {
    const expires = keptUntil(record, this.#managed.state.settings.now())
    return this.#records.replace(found, { record, content, expires, isSettled: whether === 'settled' })
  }
}

const nothing = new Uint8Array()
