import type { ReplayMark, ReplayVerdict } from '@aauth-guard/core'
import { firstRow } from './rows.ts'

/** Seconds that a mark is kept after its signature is stale, since clocks differ. */
const tolerance = 60
/** Number of marks that are deleted in one second, which is more than one object can take in a second. */
const batch = 5000

/**
 * The used signatures of the keys of one issuer. Their number is not limited: an object takes about 1000 a second, and a
 * mark is kept for five minutes at most with the default window.
 */
export class Marks {
  readonly #sql: SqlStorage
  readonly #now: () => number
  #deletedAt = Number.NEGATIVE_INFINITY

  /** @param now milliseconds */
  constructor(sql: SqlStorage, now: () => number) {
    sql.exec(`
      CREATE TABLE IF NOT EXISTS marks (
        owner TEXT NOT NULL, fingerprint TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (owner, fingerprint)
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS marks_until ON marks (until);
      CREATE TABLE IF NOT EXISTS forgotten (id INTEGER PRIMARY KEY, until REAL NOT NULL);
    `)
    this.#sql = sql
    this.#now = now
  }

  mark({ owner, fingerprint, until, window }: ReplayMark): ReplayVerdict {
    const now = this.#now() / 1000
    this.#deleteEnded(now)
    if (now >= until + tolerance || until > now + 2 * window + tolerance) return 'unknown'
    const known = 'SELECT 1 FROM marks WHERE owner = ? AND fingerprint = ?'
    if (firstRow(this.#sql, known, owner, fingerprint) !== undefined) return 'repeated'
    if (this.#isForgotten(until)) return 'unknown'
    this.#sql.exec('INSERT INTO marks VALUES (?, ?, ?)', owner, fingerprint, until)
    return 'first'
  }

  /** If the clock was set back, a mark that was deleted cannot be told from a new one. */
  #isForgotten(until: number): boolean {
    return firstRow(this.#sql, 'SELECT 1 FROM forgotten WHERE until >= ?', until) !== undefined
  }

  /** Runs once per second of the clock. */
  #deleteEnded(now: number): void {
    if (Math.floor(now) === this.#deletedAt) return
    this.#deletedAt = Math.floor(now)
    const ended = 'SELECT until FROM marks WHERE until <= ? ORDER BY until LIMIT ?'
    const found = firstRow<{ last: number | null }>(
      this.#sql,
      `SELECT max(until) AS last FROM (${ended})`,
      now - tolerance,
      batch,
    )
    if (typeof found?.last !== 'number') return
    this.#sql.exec('DELETE FROM marks WHERE until <= ?', found.last)
    this.#sql.exec(
      'INSERT INTO forgotten VALUES (1, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)',
      found.last,
    )
  }
}
