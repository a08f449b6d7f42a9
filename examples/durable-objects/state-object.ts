import { DurableObject, type DurableObjectState } from 'cloudflare:workers'
import type { Answer, Call } from './calls.ts'
import { Links } from './state/links.ts'
import { Marks } from './state/marks.ts'
import { Revocations } from './state/revocations.ts'
import { Statuses } from './state/statuses.ts'
import { Tombstones } from './state/tombstones.ts'

/** What one object holds, by the name of the store. */
export interface State {
  readonly revocations: Revocations
  readonly tombstones: Tombstones
  readonly replays: Marks
  readonly statuses: Statuses
  readonly links: Links
}

/**
 * The state of one issuer, or the links of some keys. Its own clock judges and forgets.
 *
 * No method waits, so calls are answered one after the other. An answer is not sent before what was written for it is on
 * disk.
 */
export class StateObject extends DurableObject {
  #state: State

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    this.#state = this.#open()
  }

  /** Answers several calls, in order. One that fails changes nothing, and does not keep the others from their answers. */
  ask(calls: readonly Call[]): readonly Answer[] {
    return calls.map(({ kind, method, parameters }) => {
      try {
        const value = this.ctx.storage.transactionSync(() => {
          const store = this.#state[kind] as unknown as Record<
            string,
            (...given: readonly unknown[]) => Answer['value']
          >
          return store[method]?.(...parameters)
        })
        return { value }
      } catch (error) {
        // What was counted in memory may have been rolled back.
        this.#state = this.#open()
        return { error: String(error) }
      }
    })
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now()
  }

  #open(): State {
    const { sql } = this.ctx.storage
    const now = (): number => this.now()
    return {
      revocations: new Revocations(sql, now),
      tombstones: new Tombstones(sql),
      replays: new Marks(sql, now),
      statuses: new Statuses(sql, now),
      links: new Links(sql, now),
    }
  }
}
