import type { Query } from './options.ts'
import { StoreDataLostError } from './store-data-lost-error.ts'

/** Codes of errors that PostgreSQL raises where the marker, or what the migration has made, is missing. */
const lostCodes = new Set(['AAG01', '3F000', '42P01', '42883'])

/** Calls the functions of the migration. Each call is one statement, and never repeated. */
export class Database {
  readonly schema: string
  readonly #query: Query
  readonly #onLoss: (() => Promise<void>) | undefined

  /** @param onLoss brings the missing entries back, if somebody allowed that; the call is then made once more */
  constructor(query: Query, schema: string, onLoss?: () => Promise<void>) {
    this.schema = schema
    this.#query = query
    this.#onLoss = onLoss
  }

  /** Calls one function. */
  async call(name: string, question: unknown): Promise<unknown> {
    const [answer] = await this.callAll([[name, question]])
    return answer
  }

  /** Calls several functions in one statement. */
  async callAll(calls: readonly (readonly [name: string, question: unknown])[]): Promise<unknown[]> {
    const selected = calls.map(
      ([name], index) => `${this.schema}.${name}($${index + 1}::text::jsonb)::text AS answer_${index}`,
    )
    const questions = calls.map(([, question]) => JSON.stringify(question))
    const row = await this.#row(`SELECT ${selected.join(', ')}`, questions)
    return calls.map((_, index) => JSON.parse(String(row[`answer_${index}`])))
  }

  /** The answer of a function that takes nothing. */
  async ask(name: string): Promise<unknown> {
    const { answer } = await this.#row(`SELECT ${this.schema}.${name}()::text AS answer`, [])
    return JSON.parse(String(answer))
  }

  async notify(channel: string, payload: string): Promise<void> {
    await this.#query('SELECT pg_notify($1, $2)', [channel, payload])
  }

  async #row(text: string, values: string[]): Promise<Readonly<Record<string, unknown>>> {
    const run = async (): Promise<readonly unknown[]> => {
      const result: unknown = await this.#query(text, values)
      const { rows } = (result ?? {}) as { readonly rows?: unknown }
      if (Array.isArray(rows) && rows.length > 0) return rows
      throw new TypeError('"query" resolved without a row: return what the client returned, as { rows }')
    }
    const rows = await run().catch(async (error: unknown) => {
      if (!isLoss(error)) throw error
      if (this.#onLoss === undefined) throw lost(this.schema, error)
      // A call that was refused has changed nothing.
      await this.#onLoss()
      return run()
    })
    return rows[0] as Readonly<Record<string, unknown>>
  }
}

/** @param cause what the database answered */
export function lost(schema: string, cause?: unknown): StoreDataLostError {
  return new StoreDataLostError(
    `the schema ${JSON.stringify(schema)} has lost its entries or was never prepared: call prepare() if the database is ` +
      'new, otherwise restore it, or call prepare({ afterLoss: true }) to begin without them',
    { cause },
  )
}

/** Some libraries wrap the error of the database. */
function isLoss(error: unknown, depth = 3): boolean {
  if (typeof error !== 'object' || error === null || depth === 0) return false
  const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown }
  return lostCodes.has(String(code)) || isLoss(cause, depth - 1)
}
