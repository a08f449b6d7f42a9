type Row = Record<string, ArrayBuffer | string | number | null>

/** The row that a query returns, if any. */
export function firstRow<T extends Row>(
  sql: SqlStorage,
  query: string,
  ...bindings: unknown[]
): T | undefined {
  return sql.exec<T>(query, ...bindings).toArray()[0]
}

/** Number of rows that are deleted at a time, so that an object that was idle does not spend long on it. */
const batch = 100

/** Deletes rows whose `until` has passed. @returns how many */
export function deleteEnded(sql: SqlStorage, table: string, key: string, now: number): number {
  const ended = `SELECT ${key} FROM ${table} WHERE until < ? ORDER BY until LIMIT ${batch}`
  return sql.exec(`DELETE FROM ${table} WHERE ${key} IN (${ended}) RETURNING 1`, now).toArray().length
}

/** The number of rows of a table. They are counted once, since SQLite reads all of them for that. */
export class RowCount {
  readonly #sql: SqlStorage
  readonly #table: string
  #counted: number | undefined

  constructor(sql: SqlStorage, table: string) {
    this.#sql = sql
    this.#table = table
  }

  get value(): number {
    this.#counted ??= firstRow<{ rows: number }>(
      this.#sql,
      `SELECT count(*) AS rows FROM ${this.#table}`,
    )?.rows
    return this.#counted ?? 0
  }

  add(rows: number): void {
    this.#counted = this.value + rows
  }
}
