import { GrowingCache } from '../limits/growing-cache.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedStore, StoreKind } from './store-kind.ts'

/** A mission whose status is stored. */
export interface StatusName {
  readonly approver: string
  readonly s256: string
  /** Whether a list in `trust` contains the person server. Affects shares only. */
  readonly listed: boolean
}

/** What the source of mission status answered. Durations are milliseconds from the call. */
export type StatusAnswer =
  | {
      readonly status: 'active'
      /** For which the answer may be used. */
      readonly freshFor: number
      /** For which safe methods may use it while the source fails; never less than `freshFor`. */
      readonly staleFor: number
    }
  | {
      readonly status: 'unknown'
      /** For which the source is not queried again. */
      readonly failedFor: number
      /** Number of consecutive failures. */
      readonly failures: number
      /** For the operator, at most 256 characters. */
      readonly hint: string
    }

/** What a store knows about a mission. Durations are what is left of them, by the clock of the store; 0 if nothing is. */
export interface FoundStatus {
  readonly freshFor: number
  readonly staleFor: number
  readonly failedFor: number
  readonly failures: number
  readonly hint: string
  /** Second, by the clock of the store, at which the query that found the mission active was claimed; 0 if none did. */
  readonly askedAt: number
}

/**
 * The result of a claim. `'taken'` means that another process is querying the source. `'full'` means that there is no
 * space, so the process queries the source without sharing the answer.
 */
export type ClaimVerdict = { readonly claim: string } | 'taken' | 'full'

/** Whether an answer was kept. `'overtaken'` means that its claim no longer stands, so the answer is from before a change. */
export type PutVerdict = 'recorded' | 'overtaken'

/**
 * Stores what a source said about missions, so that one process of a fleet queries it for all. If a store throws, rejects,
 * returns an invalid value or takes longer than 500 ms, the request is refused with 503.
 *
 * Contract, tested by `statusStoreChecks` of `@aauth-guard/testing`:
 * - Of any number of concurrent claims of a mission exactly one gets a claim, until it is used by `put`, is forgotten, or
 *   its milliseconds have passed by the clock of the store. A claim is never given out twice.
 * - `put` keeps an answer only under a claim that stands, which ends with it. Every later `get` reports it, in every
 *   process that shares the store, with what is left of its durations and never more.
 * - An answer "unknown" leaves the last answer "active" in place; an answer "active" ends the failures.
 * - `forget` removes answer and claim. Entries can be forgotten early.
 */
export interface StatusStore extends SharedStore {
  /** Asked on every request that carries a mission, if there is a source. */
  get(mission: StatusName): MayWait<FoundStatus | undefined>
  /** Claims the query about a mission for some milliseconds, atomically. */
  claim(mission: StatusName, milliseconds: number): MayWait<ClaimVerdict>
  put(mission: StatusName, claim: string, answer: StatusAnswer): MayWait<PutVerdict>
  forget(mission: StatusName): MayWait<void>
}

const durations = ['freshFor', 'staleFor', 'failedFor', 'failures', 'askedAt'] as const
const isFound = (answer: FoundStatus | undefined): boolean =>
  answer === undefined ||
  (typeof answer === 'object' &&
    answer !== null &&
    typeof answer.hint === 'string' &&
    durations.every((name) => Number.isFinite(answer[name])))
const isClaim = (answer: ClaimVerdict): boolean =>
  answer === 'taken' ||
  answer === 'full' ||
  (typeof answer === 'object' && typeof answer?.claim === 'string' && answer.claim !== '')

/** What is known about a mission. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function getStatus(
  store: StatusStore,
  mission: StatusName,
  budget?: WaitBudget,
): MayWait<FoundStatus | undefined> {
  return answered<FoundStatus | undefined>(
    store,
    '"stores.statuses"',
    () => store.get(mission),
    isFound,
    budget,
  )
}

/** Claims a query. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function claimStatus(
  store: StatusStore,
  mission: StatusName,
  milliseconds: number,
): MayWait<ClaimVerdict> {
  return answered<ClaimVerdict>(store, '"stores.statuses"', () => store.claim(mission, milliseconds), isClaim)
}

/** Records an answer. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function putStatus(
  store: StatusStore,
  mission: StatusName,
  claim: string,
  answer: StatusAnswer,
): MayWait<PutVerdict> {
  return answered<PutVerdict>(
    store,
    '"stores.statuses"',
    () => store.put(mission, claim, answer),
    (verdict) => verdict === 'recorded' || verdict === 'overtaken',
  )
}

/** Removes what is known. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function forgetStatus(store: StatusStore, mission: StatusName): MayWait<void> {
  return answered<void>(
    store,
    '"stores.statuses"',
    () => store.forget(mission),
    () => true,
  )
}

interface Entry extends Omit<FoundStatus, 'askedAt'> {
  readonly askedAt: number
  /** When the durations were set, in milliseconds by the clock of the memory. */
  readonly setAt: number
}

interface Claim {
  readonly claim: string
  readonly claimedAt: number
  readonly until: number
}

const nothing: Entry = { freshFor: 0, staleFor: 0, failedFor: 0, failures: 0, hint: '', askedAt: 0, setAt: 0 }

type Pool = 'listed' | 'others'

/**
 * Statuses in the memory of this process. Those of listed and of unlisted person servers are kept apart. The least
 * recently used answers are evicted. Claims are not, since a mission could then be claimed twice.
 */
export class StatusMemory implements StatusStore {
  readonly #now: () => number
  readonly #max: number
  readonly #entries: Readonly<Record<Pool, GrowingCache<Entry>>>
  /** In the order in which they were claimed. */
  readonly #claims: Readonly<Record<Pool, Map<string, Claim>>> = { listed: new Map(), others: new Map() }
  #claimed = 0

  /**
   * @param now the clock, in seconds
   * @param max missions of listed person servers, and as many of others
   */
  constructor(now: () => number, max: number) {
    this.#now = () => now() * 1000
    this.#max = max
    this.#entries = { listed: new GrowingCache({ max }), others: new GrowingCache({ max }) }
  }

  get(mission: StatusName): FoundStatus | undefined {
    const key = keyOf(mission)
    const entry = this.#entries.listed.get(key) ?? this.#entries.others.get(key)
    if (entry === undefined) return undefined
    const passed = this.#now() - entry.setAt
    // If the clock was set back, it is unknown how much time has passed (C12).
    if (passed < 0) return undefined
    const { freshFor, staleFor, failedFor, failures, hint, askedAt } = entry
    return {
      freshFor: Math.max(0, freshFor - passed),
      staleFor: Math.max(0, staleFor - passed),
      failedFor: Math.max(0, failedFor - passed),
      failures,
      hint,
      askedAt,
    }
  }

  claim(mission: StatusName, milliseconds: number): ClaimVerdict {
    const key = keyOf(mission)
    const now = this.#now()
    if (this.#standing(key, now) !== undefined) return 'taken'
    this.#removeClaim(key)
    const claims = this.#claims[poolOf(mission)]
    for (const [ended, claim] of claims) {
      if (stands(claim, now)) break
      claims.delete(ended)
    }
    if (claims.size >= this.#max) return 'full'
    this.#claimed += 1
    const claim = `${this.#claimed}`
    claims.set(key, { claim, claimedAt: now, until: now + milliseconds })
    return { claim }
  }

  put(mission: StatusName, claim: string, answer: StatusAnswer): PutVerdict {
    const key = keyOf(mission)
    const now = this.#now()
    const standing = this.#standing(key, now)
    if (standing?.claim !== claim) return 'overtaken'
    this.#removeClaim(key)
    const { status, ...answered } = answer
    const before = status === 'unknown' ? this.get(mission) : undefined
    const askedAt = status === 'active' ? Math.floor(standing.claimedAt / 1000) : (before?.askedAt ?? 0)
    this.#removeEntry(key)
    this.#entries[poolOf(mission)].set(key, { ...nothing, ...before, ...answered, askedAt, setAt: now })
    return 'recorded'
  }

  forget(mission: StatusName): void {
    this.#removeEntry(keyOf(mission))
    this.#removeClaim(keyOf(mission))
  }

  /** Whether a person server is listed decides where there is space, so a mission can be in either pool. */
  #standing(key: string, now: number): Claim | undefined {
    const claim = this.#claims.listed.get(key) ?? this.#claims.others.get(key)
    return claim !== undefined && stands(claim, now) ? claim : undefined
  }

  #removeClaim(key: string): void {
    this.#claims.listed.delete(key)
    this.#claims.others.delete(key)
  }

  #removeEntry(key: string): void {
    this.#entries.listed.delete(key)
    this.#entries.others.delete(key)
  }
}

function stands({ claimedAt, until }: Claim, now: number): boolean {
  return claimedAt <= now && now < until
}

function poolOf({ listed }: StatusName): Pool {
  return listed ? 'listed' : 'others'
}

/** Any two names have different keys. */
function keyOf({ approver, s256 }: StatusName): string {
  return JSON.stringify([approver, s256])
}

/** What a source said about missions. */
export const statusKind: StoreKind<'statuses', StatusStore> = {
  name: 'statuses',
  methods: ['get', 'claim', 'put', 'forget'],
  inMemory: ({ now, limits: { maxMissions = 10_000 } }) => new StatusMemory(now, maxMissions),
}
