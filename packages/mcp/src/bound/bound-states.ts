import { AAuthError } from '@aauth-guard/core'
import type { Owner } from './owner.ts'

export interface StateLimits {
  /** What the states are called in hints. */
  readonly what: string
  /** The option that raises the limits. */
  readonly remedy: string
  readonly perCaller: number
  /** States of all callers of listed issuers, and as many of all callers of others. One unlisted issuer has a tenth. */
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
  /** States and reservations: of owners, of unlisted issuers, and of all callers on either side. */
  readonly #counts = new Map<string, number>()

  constructor(limits: StateLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#states.size
  }

  /** @throws {AAuthError} `rate_limited` when the caller, or all callers, have as many as there may be */
  reserve(owner: Owner): Reservation<Extra> {
    this.#forgetIdle()
    const { what, remedy } = this.#limits
    const used = this.#shares(owner).find(([share, most]) => (this.#counts.get(share) ?? 0) >= most)
    if (used !== undefined)
      throw new AAuthError('rate_limited', {
        hint: `${used[2]} ${used[1]} ${what}: ${remedy}`,
        retryAfter: 60,
      })
    this.#count(owner, 1)
    let isOpen = true
    const close = (): boolean => {
      if (!isOpen) return false
      isOpen = false
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

  /** What a state of an owner counts against, with the most that there may be. */
  #shares({ key, unlisted }: Owner): [share: string, most: number, who: string][] {
    const { perCaller, total } = this.#limits
    const own: [string, number, string] = [`owner ${key}`, perCaller, 'the caller has']
    if (unlisted === null) return [own, ['listed', total, 'callers of listed issuers have']]
    const ofIssuer = Math.max(perCaller, Math.floor(total / 10))
    return [
      own,
      [`issuer ${unlisted}`, ofIssuer, 'callers of one issuer that "trust" does not list have'],
      ['unlisted', total, 'callers of issuers that "trust" does not list have'],
    ]
  }

  #count(owner: Owner, by: number): void {
    for (const [share] of this.#shares(owner)) {
      const count = (this.#counts.get(share) ?? 0) + by
      if (count > 0) this.#counts.set(share, count)
      else this.#counts.delete(share)
    }
  }
}
