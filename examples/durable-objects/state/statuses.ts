import type { ClaimVerdict, FoundStatus, PutVerdict, StatusAnswer } from '@aauth-guard/core'
import { deleteEnded, firstRow } from './rows.ts'

/** Milliseconds that an answer is kept after its last duration, for the number of failures in it. */
const kept = 60_000

/** An answer, with the durations that it had when it was put. */
interface Entry extends FoundStatus {
  /** In milliseconds, as `claimedAt` and `until`. */
  readonly putAt: number
}

interface Claim {
  readonly claim: string
  readonly claimedAt: number
  readonly until: number
}

interface Name {
  readonly s256: string
}

const nothing = { freshFor: 0, staleFor: 0, failedFor: 0, failures: 0, hint: '', askedAt: 0 }

/** What a source said about the missions of one person server. */
export class Statuses {
  readonly #sql: SqlStorage
  readonly #now: () => number

  /** @param now milliseconds */
  constructor(sql: SqlStorage, now: () => number) {
    sql.exec(`
      CREATE TABLE IF NOT EXISTS statuses (s256 TEXT PRIMARY KEY, entry TEXT NOT NULL, until REAL NOT NULL);
      CREATE INDEX IF NOT EXISTS statuses_until ON statuses (until);
      CREATE TABLE IF NOT EXISTS claims (
        s256 TEXT PRIMARY KEY, claim TEXT NOT NULL, claimedAt REAL NOT NULL, until REAL NOT NULL
      );
      CREATE INDEX IF NOT EXISTS claims_until ON claims (until);
    `)
    this.#sql = sql
    this.#now = now
  }

  get({ s256 }: Name): FoundStatus | undefined {
    const row = firstRow<{ entry: string }>(this.#sql, 'SELECT entry FROM statuses WHERE s256 = ?', s256)
    if (row === undefined) return undefined
    const { putAt, ...found } = JSON.parse(row.entry) as Entry
    const passed = this.#now() - putAt
    // If the clock was set back, it is unknown how much time has passed.
    if (passed < 0) return undefined
    return {
      ...found,
      freshFor: Math.max(0, found.freshFor - passed),
      staleFor: Math.max(0, found.staleFor - passed),
      failedFor: Math.max(0, found.failedFor - passed),
    }
  }

  claim({ s256 }: Name, milliseconds: number): ClaimVerdict {
    if (this.#standing(s256) !== undefined) return 'taken'
    const now = this.#now()
    deleteEnded(this.#sql, 'claims', 's256', now)
    const claim = crypto.randomUUID()
    this.#sql.exec('INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?)', s256, claim, now, now + milliseconds)
    return { claim }
  }

  put({ s256 }: Name, claim: string, answer: StatusAnswer): PutVerdict {
    const standing = this.#standing(s256)
    if (standing?.claim !== claim) return 'overtaken'
    this.#sql.exec('DELETE FROM claims WHERE s256 = ?', s256)
    const putAt = this.#now()
    const { status, ...said } = answer
    const isActive = status === 'active'
    const before = isActive ? { askedAt: Math.floor(standing.claimedAt / 1000) } : this.get({ s256 })
    const entry: Entry = { ...nothing, ...before, ...said, putAt }
    const until = putAt + Math.max(entry.freshFor, entry.staleFor, entry.failedFor) + kept
    deleteEnded(this.#sql, 'statuses', 's256', putAt)
    this.#sql.exec('INSERT OR REPLACE INTO statuses VALUES (?, ?, ?)', s256, JSON.stringify(entry), until)
    return 'recorded'
  }

  forget({ s256 }: Name): void {
    this.#sql.exec('DELETE FROM statuses WHERE s256 = ?', s256)
    this.#sql.exec('DELETE FROM claims WHERE s256 = ?', s256)
  }

  #standing(s256: string): Claim | undefined {
    const query = 'SELECT claim, claimedAt, until FROM claims WHERE s256 = ? AND claimedAt <= ? AND until > ?'
    const now = this.#now()
    return firstRow<{ claim: string; claimedAt: number; until: number }>(this.#sql, query, s256, now, now)
  }
}
