import type { Link, LinkEntry, LinkVerdict } from '@aauth-guard/core'
import { deleteEnded, firstRow } from './rows.ts'

/** The agent providers of some keys. */
export class Links {
  readonly #sql: SqlStorage
  readonly #now: () => number

  /** @param now milliseconds */
  constructor(sql: SqlStorage, now: () => number) {
    sql.exec(`
      CREATE TABLE IF NOT EXISTS links (thumbprint TEXT PRIMARY KEY, link TEXT NOT NULL, until REAL NOT NULL);
      CREATE INDEX IF NOT EXISTS links_until ON links (until);
    `)
    this.#sql = sql
    this.#now = now
  }

  find({ thumbprint }: Pick<Link, 'thumbprint'>): Link | undefined {
    const query = 'SELECT link FROM links WHERE thumbprint = ? AND until > ?'
    const row = firstRow<{ link: string }>(this.#sql, query, thumbprint, this.#now())
    return row && (JSON.parse(row.link) as Link)
  }

  add({ linkedFor, listed: _, ...link }: LinkEntry): LinkVerdict {
    const now = this.#now()
    deleteEnded(this.#sql, 'links', 'thumbprint', now)
    const row = [link.thumbprint, JSON.stringify(link), now + linkedFor]
    this.#sql.exec('INSERT OR REPLACE INTO links VALUES (?, ?, ?)', ...row)
    return 'recorded'
  }
}
