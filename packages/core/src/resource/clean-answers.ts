import type { VerifiedToken } from '../keys/verified-tokens.ts'
import { GrowingCache } from '../limits/growing-cache.ts'
import type { Mission } from '../token/claims.ts'
import { missionKey, tokenKey } from '../token/names.ts'

/** Number of changes that are remembered. Beyond it, answers from before the oldest are no longer used. */
const maxChanges = 10_000

/**
 * When the stores last found nothing against a token, for `staleReads`: while they do not answer, safe methods may rely on
 * that for some time. A change that this process hears of in the meantime ends it.
 */
export class CleanAnswers {
  readonly #milliseconds: number
  readonly #cleanAt = new WeakMap<VerifiedToken, number>()
  readonly #changedAt: GrowingCache<number>
  #forgottenUntil = Number.NEGATIVE_INFINITY

  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000
    this.#changedAt = new GrowingCache({
      max: maxChanges,
      dispose: (changedAt, _name, reason) => {
        if (reason === 'evict') this.#forgottenUntil = Math.max(this.#forgottenUntil, changedAt)
      },
    })
  }

  /** @param askedAt when the stores were queried, in milliseconds of the monotonic clock */
  note(token: VerifiedToken, askedAt: number): void {
    this.#cleanAt.set(token, askedAt)
  }

  /** A store answered that it must not be relied on, so no earlier answer is used. */
  clear(): void {
    this.#forgottenUntil = performance.now()
  }

  changed(name: string): void {
    this.#changedAt.set(name, performance.now())
  }

  /** Whether the last answer about a token was clean, is recent enough, and nothing has changed since. */
  has(token: VerifiedToken): boolean {
    const cleanAt = this.#cleanAt.get(token)
    if (cleanAt === undefined || cleanAt <= this.#forgottenUntil) return false
    if (performance.now() - cleanAt >= this.#milliseconds) return false
    return namesIn(token).every((name) => (this.#changedAt.get(name) ?? Number.NEGATIVE_INFINITY) < cleanAt)
  }
}

/** The names under which a change can concern a token. */
function namesIn({ claims }: VerifiedToken): readonly string[] {
  const { iss, mission } = claims
  return mission
    ? [tokenKey(claims), issuerName(iss), missionName(mission), issuerName(mission.approver)]
    : [tokenKey(claims), issuerName(iss)]
}

export function issuerName(iss: string): string {
  return JSON.stringify([iss])
}

export function missionName(mission: Mission): string {
  return `mission ${missionKey(mission)}`
}
