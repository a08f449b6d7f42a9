import type { FoundRevocation, Revocation, RevocationVerdict } from '@aauth-guard/core'
import { deleteEnded, firstRow, RowCount } from './rows.ts'

/** Seconds that an entry is kept after `exp`, since clocks differ. */
const tolerance = 60

/** The revoked tokens of one issuer, and when it was last purged. */
export class Revocations {
  readonly #sql: SqlStorage
  readonly #now: () => number
  readonly #count: RowCount

  /** @param now milliseconds */
  constructor(sql: SqlStorage, now: () => number) {
    sql.exec(`
      CREATE TABLE IF NOT EXISTS revocations (jti TEXT PRIMARY KEY, until REAL NOT NULL);
      CREATE INDEX IF NOT EXISTS revocations_until ON revocations (until);
      CREATE TABLE IF NOT EXISTS purges (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
    `)
    this.#sql = sql
    this.#now = now
    this.#count = new RowCount(sql, 'revocations')
  }

  find({ jti }: { readonly jti: string }): FoundRevocation {
    const revoked = this.#has(jti)
    const purge = firstRow<{ at: number }>(this.#sql, 'SELECT at FROM purges WHERE id = 1')
    return purge === undefined ? { revoked } : { revoked, purgedAt: purge.at }
  }

  /** @param max number of entries */
  add({ jti, exp }: Pick<Revocation, 'jti' | 'exp'>, max: number): RevocationVerdict {
    const isNew = !this.#has(jti)
    if (isNew) {
      this.#count.add(-deleteEnded(this.#sql, 'revocations', 'jti', this.#now() / 1000))
      if (this.#count.value >= max) return 'full'
    }
    this.#sql.exec(
      'INSERT INTO revocations VALUES (?, ?) ON CONFLICT DO UPDATE SET until = max(until, excluded.until)',
      jti,
      exp + tolerance,
    )
    if (isNew) this.#count.add(1)
    return 'recorded'
  }

  /** If the clock was set back, an earlier time does not replace that of a later purge. */
  purge(): number {
    const second = Math.floor(this.#now() / 1000)
    const purge = firstRow<{ at: number }>(
      this.#sql,
      'INSERT INTO purges VALUES (1, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at) RETURNING at',
      second,
    )
    return purge?.at ?? second
  }

  #has(jti: string): boolean {
    return firstRow(this.#sql, 'SELECT 1 FROM revocations WHERE jti = ?', jti) !== undefined
  }
}
