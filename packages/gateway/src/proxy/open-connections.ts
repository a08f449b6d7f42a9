import { type Caller, type Lifetime, lifetimeOf, type SignedRequest } from '@aauth-guard/core'
import type { Route } from '../routes/route.ts'
import type { Plan } from '../settings/plan.ts'
import { authOf } from './caller-key.ts'
import { planAllows } from './plan-allows.ts'

/** A request or a tunnel that was admitted. */
export interface OpenConnection {
  /** The plan that it was admitted under. */
  readonly plan: Plan
  readonly request: SignedRequest
  readonly route: Route
  readonly caller: Caller | undefined
  readonly isTunnel: boolean
  /** @param reason the refusal that a request with the same token would get; `undefined` if the routes have changed */
  end(reason: unknown): void
}

/**
 * What is open, so that it ends when its caller would be refused. Requests that are answered quickly cost a timer and
 * nothing more.
 */
export class OpenConnections {
  readonly #watched = new Set<OpenConnection>()
  readonly #lifetimes = new Map<OpenConnection, Lifetime>()
  readonly #plan: () => Plan

  constructor(plan: () => Plan) {
    this.#plan = plan
  }

  /** Tunnels and streams. */
  get size(): number {
    return this.#watched.size
  }

  /** @returns to be called when it is closed */
  add(connection: OpenConnection): () => void {
    let timer: NodeJS.Timeout | undefined
    if (connection.isTunnel) this.#watch(connection)
    else timer = setTimeout(() => this.#watch(connection), connection.plan.limits.watchAfter)
    return () => {
      clearTimeout(timer)
      this.#watched.delete(connection)
      this.#lifetimes.get(connection)?.[Symbol.dispose]()
      this.#lifetimes.delete(connection)
    }
  }

  /** Ends what the plan that is now in force does not admit. */
  replan(): void {
    for (const connection of this.#watched) this.#check(connection)
  }

  /** Ends all tunnels. */
  endTunnels(): void {
    for (const connection of [...this.#watched]) if (connection.isTunnel) connection.end(undefined)
  }

  #watch(connection: OpenConnection): void {
    this.#watched.add(connection)
    const auth = authOf(connection.caller)
    if (auth !== undefined) {
      const lifetime = lifetimeOf(auth)
      this.#lifetimes.set(connection, lifetime)
      const { signal } = lifetime
      const end = (): void => connection.end(signal.reason)
      if (signal.aborted) end()
      else signal.addEventListener('abort', end, { once: true })
    }
    // The plan may have changed since the request began.
    if (this.#plan() !== connection.plan) this.#check(connection)
  }

  #check(connection: OpenConnection): void {
    planAllows(this.#plan(), connection).then(
      (allowed) => {
        if (!allowed && this.#watched.has(connection)) connection.end(undefined)
      },
      () => connection.end(undefined),
    )
  }
}
