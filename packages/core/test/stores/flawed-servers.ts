import type { ReplayStore, ReplayVerdict, RevocationStore, RevocationVerdict } from '@aauth-guard/core'
import type { ReplayBounds, RevocationBounds } from '@aauth-guard/testing'

/** Faults of a store on a server. Without any of them the stores here fulfil their contracts. */
export interface ServerFlaws {
  /** Seconds for which an entry is kept after `until` or `exp`; 60 is right. */
  readonly keeps?: number
  /**
   * The server is told for how long to keep an entry, reckoned by the clock of a caller that is this many seconds ahead
   * of the server, and not until when.
   */
  readonly callerAhead?: number
  /** Compares `until + 60` with the clock by `<` where `<=` is right. */
  readonly comparesLess?: true
  /** The clock that tells what is stale is that of the caller. */
  readonly callerJudges?: true
}

/** A server such as Redis: keys expire by its own clock, and a key that has expired is not set. */
class Server<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly end: number }>()
  readonly #now: () => number
  readonly #callerAhead: number | undefined

  constructor(now: () => number, { callerAhead }: ServerFlaws) {
    this.#now = now
    this.#callerAhead = callerAhead
  }

  now(): number {
    return this.#now()
  }

  callersNow(): number {
    return this.#now() + (this.#callerAhead ?? 0)
  }

  /** Sets a key until a second, or for as long as is left until then by the clock of the caller. */
  set(key: string, value: Value, second: number): void {
    const now = this.#now()
    const end = this.#callerAhead === undefined ? second : now + (second - this.callersNow())
    if (end > now) this.#entries.set(key, { value, end })
  }

  end(key: string): number | undefined {
    const entry = this.#entries.get(key)
    return entry && this.#now() < entry.end ? entry.end : undefined
  }

  count(is: (value: Value) => boolean): number {
    const now = this.#now()
    return [...this.#entries.values()].filter(({ value, end }) => now < end && is(value)).length
  }
}

const keyOf = (scope: string, name: string): string => JSON.stringify([scope, name])
/** What is left of a share when its pool fills up. */
const shrunk = (share: number, max: number, used: number): number =>
  Math.max(1, Math.min(share, (2 * (max - used) * share) / max))

/** @param bounds undefined for a store that knows none */
export function serverReplays(
  bounds: ReplayBounds | undefined,
  now: () => number,
  flaws: ServerFlaws = {},
): ReplayStore {
  const { keeps = 60, comparesLess, callerJudges } = flaws
  const server = new Server<{ readonly issuer: string; readonly owner: string; readonly listed: boolean }>(
    now,
    flaws,
  )
  const isStale = (until: number): boolean => {
    const second = callerJudges ? server.callersNow() : server.now()
    return comparesLess ? until + 60 < second : until + 60 <= second
  }
  return {
    async mark({ issuer, owner, fingerprint, until, window, listed }): Promise<ReplayVerdict> {
      if (isStale(until) || until > server.now() + 2 * window + 60) return 'unknown'
      const key = keyOf(owner, fingerprint)
      if (server.end(key) !== undefined) return 'repeated'
      if (bounds !== undefined) {
        const { max, maxPerIssuer, maxPerKey } = bounds
        const ofIssuer = server.count((one) => one.issuer === issuer)
        const ofKey = server.count((one) => one.issuer === issuer && one.owner === owner)
        const pool = server.count((one) => !one.listed)
        if (ofKey >= maxPerKey || ofIssuer >= maxPerIssuer) return 'full'
        if (!listed && (pool >= max || ofIssuer >= shrunk(maxPerIssuer, max, pool))) return 'full'
      }
      server.set(key, { issuer, owner, listed }, until + keeps)
      return 'first'
    },
    now: async () => server.now(),
  }
}

/** @param bounds undefined for a store that knows none */
export function serverRevocations(
  bounds: RevocationBounds | undefined,
  now: () => number,
  flaws: ServerFlaws = {},
): RevocationStore {
  const { keeps = 60 } = flaws
  const server = new Server<{ readonly iss: string; readonly listed: boolean }>(now, flaws)
  const purges = new Map<string, number>()
  return {
    async find({ iss, jti }) {
      const purgedAt = purges.get(iss)
      const revoked = server.end(keyOf(iss, jti)) !== undefined
      return { revoked, ...(purgedAt !== undefined && { purgedAt }) }
    },
    async add({ iss, jti, exp, listed }): Promise<RevocationVerdict> {
      const key = keyOf(iss, jti)
      const known = server.end(key)
      if (known === undefined && bounds !== undefined) {
        const { max, maxPerIssuer } = bounds
        const own = server.count((one) => one.iss === iss)
        const pool = server.count((one) => !one.listed)
        if (own >= maxPerIssuer) return 'full'
        if (!listed && (pool >= max || own >= shrunk(maxPerIssuer, max, pool))) return 'full'
      }
      if (known === undefined || known < exp + keeps) server.set(key, { iss, listed }, exp + keeps)
      return 'recorded'
    },
    async purge({ iss }) {
      const purgedAt = Math.floor(server.now())
      purges.set(iss, purgedAt)
      return purgedAt
    },
    now: async () => server.now(),
  }
}
