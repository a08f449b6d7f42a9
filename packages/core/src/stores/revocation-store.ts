import { IssuerShares } from '../limits/issuer-shares.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedStore, StoreKind } from './store-kind.ts'

/** A token that its issuer, or the operator, has revoked. */
export interface Revocation {
  readonly iss: string
  readonly jti: string
  /** The `exp` of the token, in seconds. A revocation is remembered for a minute longer. */
  readonly exp: number
  /** The mission of the token, if known. The status of that mission is then queried again. */
  readonly mission?: { readonly approver: string; readonly s256: string } | undefined
}

/** A revocation as it is passed to a store. */
export interface RevocationEntry extends Revocation {
  /**
   * Whether a list in `trust` names the issuer. It decides shares and no verdict: processes of one fleet may differ
   * while a new configuration is rolled out.
   */
  readonly listed: boolean
}

/** What a store knows about a token. */
export interface FoundRevocation {
  readonly revoked: boolean
  /** Second of the last `purge` of the issuer, by the clock of the store; absent if there was none. */
  readonly purgedAt?: number | undefined
}

/** The result of adding a revocation. `'full'` means that its issuer, or all issuers together, used up their share. */
export type RevocationVerdict = 'recorded' | 'full'

/** Hears of changes that other processes made. */
export interface RevocationListener {
  onRevoked(token: Pick<Revocation, 'iss' | 'jti' | 'mission'>): void
  onPurged(issuer: { readonly iss: string; readonly purgedAt: number }): void
  /**
   * Changes are missed, so everything that depends on them is checked again. Called once the loss is noticed, and then
   * once a second for as long as it lasts.
   */
  onLost(hint: string): void
  /**
   * Changes are heard from now on, and earlier ones may have been missed, so everything is checked once more. Called when
   * the subscription is established, and after every reconnection.
   */
  onSubscribed(): void
}

/**
 * Stores revoked tokens. If a store throws, rejects, returns an invalid value or takes longer than 500 ms, the request is
 * refused with 503.
 *
 * Contract, proved by `revocationStoreChecks` of `@aauth-guard/testing`:
 * - Once `add` has returned `'recorded'` for a token, every later `find` reports it as revoked, in every process that
 *   shares the store, until the clock of the store has passed `exp + 60`. Entries are not removed for any other reason.
 *   Of two entries for one token, the later `exp` counts.
 * - Entries of one issuer never apply to another. For an issuer that has used up its share, `add` returns `'full'`, and
 *   the issuer does not use the space of others. The share of a listed issuer does not depend on others.
 * - After `purge` of an issuer, every later `find` for it reports the second of the last purge, for any `jti`. Purges are
 *   remembered permanently.
 */
export interface RevocationStore extends SharedStore {
  /** Adds or renews an entry, atomically. */
  add(entry: RevocationEntry): MayWait<RevocationVerdict>
  /** Asked on every request. */
  find(token: { readonly iss: string; readonly jti: string }): MayWait<FoundRevocation>
  /**
   * Records that everything the issuer issued or stated before is no longer valid.
   * @returns the second of the purge, by the clock of the store
   */
  purge(issuer: { readonly iss: string; readonly listed: boolean }): MayWait<number>
  /**
   * Tells a listener of every revocation and purge, by whatever process. An entry is recorded and its message sent in one
   * step. A message is a hint that may be lost or repeated: what a request depends on is always asked.
   * @returns a function that ends the subscription
   */
  subscribe?(listener: RevocationListener): () => void
}

/** A last purge that is not a time would be ignored without any error. */
const isFound = (answer: FoundRevocation): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  (answer.revoked === true || answer.revoked === false) &&
  (answer.purgedAt === undefined || Number.isFinite(answer.purgedAt))
const isRecording = (answer: RevocationVerdict): boolean => answer === 'recorded' || answer === 'full'

/** What is known about a token. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findRevocation(
  store: RevocationStore,
  { iss, jti }: Pick<Revocation, 'iss' | 'jti'>,
  budget?: WaitBudget,
): MayWait<FoundRevocation> {
  // It cannot fail, and every request asks it.
  if (store instanceof RevocationMemory) return store.find({ iss, jti })
  return answered<FoundRevocation>(
    store,
    '"stores.revocations"',
    () => store.find({ iss, jti }),
    isFound,
    budget,
  )
}

/** Records a revocation. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addRevocation(store: RevocationStore, entry: RevocationEntry): MayWait<RevocationVerdict> {
  return answered(store, '"stores.revocations"', () => store.add(entry), isRecording)
}

/** Records a purge. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addPurge(
  store: RevocationStore,
  issuer: Parameters<RevocationStore['purge']>[0],
): MayWait<number> {
  return answered<number>(store, '"stores.revocations"', () => store.purge(issuer), Number.isFinite)
}

const revokedAlone: FoundRevocation = Object.freeze({ revoked: true })
const notRevoked: FoundRevocation = Object.freeze({ revoked: false })

/** Maximum number of purged issuers. Only the operator purges, so this limits mistakes and not attacks. */
const maxPurged = 10_000
/** Seconds that an entry is kept after `exp`, since clocks differ. */
const tolerance = 60

/**
 * Revoked tokens in the memory of this process. Entries are only removed after their token has expired, and never
 * evicted. When an issuer, or all unlisted issuers, have used up their share, the result is `'full'` (REV-8, K10, K11).
 */
export class RevocationMemory implements RevocationStore {
  readonly #entries: IssuerShares<number>
  readonly #purgedAt = new Map<string, number>()
  readonly #now: () => number
  #sweptAt = Number.NEGATIVE_INFINITY

  /**
   * @param max entries of all unlisted issuers together
   * @param now the clock, in seconds
   */
  constructor(max: number, maxPerIssuer: number, now: () => number) {
    this.#entries = new IssuerShares(max, maxPerIssuer)
    this.#now = now
  }

  /** Each issuer has one namespace for all types of token (A-05, R11-245). */
  find({ iss, jti }: { readonly iss: string; readonly jti: string }): FoundRevocation {
    const revoked = this.#entries.get(iss, jti) !== undefined
    const purgedAt = this.#purgedAt.get(iss)
    if (purgedAt === undefined) return revoked ? revokedAlone : notRevoked
    return { revoked, purgedAt }
  }

  add({ iss, jti, exp, listed }: RevocationEntry): RevocationVerdict {
    const known = this.#entries.get(iss, jti)
    if (known === undefined && !this.#entries.hasRoom(iss, listed)) {
      if (!this.#sweep(this.#now()) || !this.#entries.hasRoom(iss, listed)) return 'full'
    }
    this.#entries.set(iss, jti, Math.max(known ?? 0, exp + tolerance), listed)
    return 'recorded'
  }

  /** @throws {RangeError} when no more purges can be remembered */
  purge({ iss }: { readonly iss: string }): number {
    const known = this.#purgedAt.get(iss)
    if (known === undefined && this.#purgedAt.size >= maxPurged)
      throw new RangeError(`${maxPurged} purged issuers are remembered: restart the process`)
    // If the clock was set back, an earlier time must not replace that of a later purge.
    const purgedAt = Math.max(known ?? 0, Math.floor(this.#now()))
    this.#purgedAt.set(iss, purgedAt)
    return purgedAt
  }

  /** At most once per second, so that a full memory is not searched on every call. */
  #sweep(now: number): boolean {
    if (now === this.#sweptAt) return false
    this.#sweptAt = now
    this.#entries.drop((until) => until < now)
    return true
  }
}

/** Revoked tokens and purged issuers. */
export const revocationKind: StoreKind<'revocations', RevocationStore> = {
  name: 'revocations',
  methods: ['add', 'find', 'purge'],
  inMemory: ({ now }) => new RevocationMemory(100_000, 10_000, now),
}
