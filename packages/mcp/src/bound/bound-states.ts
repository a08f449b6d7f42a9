import { AAuthError } from '@aauth-guard/core'
import type { Owner } from './owner.ts'

export interface StateLimits {
  /** What the states are called in hints. */
  readonly what: string
  /** The option that raises the limits. */
  readonly remedy: string
  readonly perCaller: number
  readonly total: number
  /** Seconds. */
  readonly idle: number
  readonly now: () => number
  readonly onIdle?: ((id: string) => void) | undefined
}

/** State of the server that one owner may use, by the id that the server gave it. */
export interface BoundState<Extra> {
  readonly id: string
  readonly owner: Owner
  readonly extra: Extra
  /** Streams and requests that are under way: while there are any, the state is not idle. */
  open: number
  usedAt: number
}

/** Room for one state that the server has not named yet. */
export interface Reservation<Extra> {
  keep(id: string, extra: Extra): BoundState<Extra>
  release(): void
}

/** Which owner may use which state. Bounded: nothing that is in use makes room for anything new. */
export class BoundStates<Extra> {
  readonly #limits: StateLimits
  /** The least recently used first. */
  readonly #states = new Map<string, BoundState<Extra>>()
  readonly #perOwner = new Map<string, number>()
  #reserved = 0

  constructor(limits: StateLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#states.size
  }

  /** @throws {AAuthError} `rate_limited` when the caller, or all callers, have as many as there may be */
  reserve(owner: Owner): Reservation<Extra> {
    this.#forgetIdle()
    const { perCaller, total, what, remedy } = this.#limits
    const held = this.#perOwner.get(owner.key) ?? 0
    if (held >= perCaller || this.#states.size + this.#reserved >= total)
      throw new AAuthError('rate_limited', {
        hint: `${held >= perCaller ? `the caller has ${held} ${what}` : `there are ${total} ${what}`}: ${remedy}`,
        retryAfter: 60,
      })
    this.#reserved++
    this.#count(owner, 1)
    let isOpen = true
    const close = (): boolean => {
      if (!isOpen) return false
      isOpen = false
      this.#reserved--
      return true
    }
    return {
      keep: (id, extra) => {
        if (close()) this.#forget(id)
        const state: BoundState<Extra> = { id, owner, extra, open: 0, usedAt: this.#limits.now() }
        this.#states.set(id, state)
        return state
      },
      release: () => {
        if (close()) this.#count(owner, -1)
      },
    }
  }

  find(id: string): BoundState<Extra> | undefined {
    this.#forgetIdle()
    return this.#states.get(id)
  }

  /** Counts one more use, until the function that is returned is called. */
  use(state: BoundState<Extra>): () => void {
    state.open++
    this.#touch(state)
    let isOpen = true
    return () => {
      if (!isOpen) return
      isOpen = false
      state.open--
      this.#touch(state)
    }
  }

  delete(id: string): void {
    this.#forget(id)
  }

  #touch(state: BoundState<Extra>): void {
    state.usedAt = this.#limits.now()
    if (this.#states.get(state.id) !== state) return
    this.#states.delete(state.id)
    this.#states.set(state.id, state)
  }

  #forgetIdle(): void {
    const { idle, now, onIdle } = this.#limits
    const before = now() - idle
    for (const state of this.#states.values()) {
      if (state.usedAt > before) break
      if (state.open > 0) continue
      this.#forget(state.id)
      onIdle?.(state.id)
    }
  }

  #forget(id: string): void {
    const state = this.#states.get(id)
    if (state === undefined) return
    this.#states.delete(id)
    this.#count(state.owner, -1)
  }

  #count({ key }: Owner, by: number): void {
    const count = (this.#perOwner.get(key) ?? 0) + by
    if (count > 0) this.#perOwner.set(key, count)
    else this.#perOwner.delete(key)
  }
}
