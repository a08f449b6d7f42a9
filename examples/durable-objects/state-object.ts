import { DurableObject } from 'cloudflare:workers'
import type { Answer, Call } from './calls.ts'
import { Links } from './state/links.ts'
import { Marks } from './state/marks.ts'
import { Revocations } from './state/revocations.ts'
import { Statuses } from './state/statuses.ts'
import { Tombstones } from './state/tombstones.ts'

/** What objects hold, by the name of the store. */
export interface State {
  readonly revocations: Revocations
  readonly tombstones: Tombstones
  readonly replays: Marks
  readonly statuses: Statuses
  readonly links: Links
}

const openers: {
  readonly [Kind in keyof State]: (sql: SqlStorage, now: () => number) => State[Kind]
} = {
  revocations: (sql, now) => new Revocations(sql, now),
  tombstones: (sql) => new Tombstones(sql),
  replays: (sql, now) => new Marks(sql, now),
  statuses: (sql, now) => new Statuses(sql, now),
  links: (sql, now) => new Links(sql, now),
}

/**
 * The state of one issuer, or the links of some keys. Its own clock judges and forgets.
 *
 * No method waits, so calls are answered one after the other. An answer is not sent before what was written for it is on
 * disk.
 */
export class StateObject extends DurableObject {
  #state: { [Kind in keyof State]?: State[Kind] } = {}

  /** Answers several calls, in order. One that fails changes nothing, and does not keep the others from their answers. */
  ask(calls: readonly Call[]): readonly Answer[] {
    return calls.map((call) => {
      try {
        return { value: this.ctx.storage.transactionSync(() => this.#answer(call)) }
      } catch (error) {
        // What was counted in memory may have been rolled back.
        this.#state = {}
        return { error: String(error) }
      }
    })
  }

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now()
  }

  #answer({ kind, method, parameters }: Call): Answer['value'] {
    const store = (this.#state[kind] ?? this.#open(kind)) as unknown as Record<
      string,
      (...given: readonly unknown[]) => Answer['value']
    >
    return store[method]?.(...parameters)
  }

  /** Tables are made when they are first needed. */
  #open<Kind extends keyof State>(kind: Kind): State[Kind] {
    const opened = openers[kind](this.ctx.storage.sql, () => this.now())
    this.#state[kind] = opened
    return opened
  }
}
