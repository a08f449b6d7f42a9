import type { Tombstone, TombstoneVerdict } from '@aauth-guard/core'
import { firstRow, RowCount } from './rows.ts'

/** The terminated missions of one person server. */
export class Tombstones {
  readonly #sql: SqlStorage
  readonly #count: RowCount

  constructor(sql: SqlStorage) {
    sql.exec(`
      CREATE TABLE IF NOT EXISTS tombstones (s256 TEXT PRIMARY KEY, reason TEXT);
      CREATE TABLE IF NOT EXISTS refused (id INTEGER PRIMARY KEY);
    `)
    this.#sql = sql
    this.#count = new RowCount(sql, 'tombstones')
  }

  find({ approver, s256 }: Pick<Tombstone, 'approver' | 's256'>): Tombstone | 'full' | undefined {
    const found = this.#find(s256)
    if (found === undefined) return firstRow(this.#sql, 'SELECT id FROM refused') && 'full'
    const { reason } = found
    return reason === null ? { approver, s256 } : { approver, s256, reason }
  }

  /** @param max number of tombstones */
  add(
    { s256, reason = null }: { s256: string; reason?: string | null | undefined },
    max: number,
  ): TombstoneVerdict {
    if (this.#find(s256) !== undefined) return 'recorded'
    if (this.#count.value >= max) {
      this.#sql.exec('INSERT OR IGNORE INTO refused VALUES (1)')
      return 'full'
    }
    this.#sql.exec('INSERT INTO tombstones VALUES (?, ?)', s256, reason)
    this.#count.add(1)
    return 'recorded'
  }

  /** Forgets that a termination was refused. */
  clearFull(): void {
    this.#sql.exec('DELETE FROM refused')
  }

  #find(s256: string): { readonly reason: string | null } | undefined {
    return firstRow(this.#sql, 'SELECT reason FROM tombstones WHERE s256 = ?', s256)
  }
}
