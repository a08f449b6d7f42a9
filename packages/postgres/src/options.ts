import type { PostgresLimits } from './limits.ts'

/**
 * Runs one statement and returns its rows, on any connection of a pool. The values are strings, for `$1` and so on. A
 * statement without values may consist of several statements, which the migration does.
 *
 * @example
 * ```ts
 * import type { Query } from '@aauth-guard/postgres'
 * import pg from 'pg'
 *
 * const pool = new pg.Pool()
 * export const query: Query = (text, values) => pool.query(text, values)
 * ```
 */
export type Query = (text: string, values: string[]) => PromiseLike<{ readonly rows: readonly unknown[] }>

/**
 * Listens to a channel on a connection of its own, which does not pass through a pooler that shares connections between
 * transactions. It does not need to reconnect: after `onLost` it is called again, once a second, until messages arrive.
 *
 * @param onMessage takes the payload of each notification
 * @param onLost is called with the reason when the connection failed or ended
 * @returns a function that ends the connection
 *
 * @example
 * ```ts
 * import type { Listen } from '@aauth-guard/postgres'
 * import pg from 'pg'
 *
 * export const listen: Listen = (channel, onMessage, onLost) => {
 *   const client = new pg.Client()
 *   client.on('notification', ({ payload }) => onMessage(payload ?? ''))
 *   client.on('error', ({ message }) => onLost(message))
 *   client.on('end', () => onLost('the connection ended'))
 *   client
 *     .connect()
 *     .then(() => client.query(`LISTEN ${client.escapeIdentifier(channel)}`))
 *     .catch(({ message }: Error) => onLost(message))
 *   return () => void client.end().catch(() => undefined)
 * }
 * ```
 */
export type Listen = (
  channel: string,
  onMessage: (payload: string) => void,
  onLost: (reason: string) => void,
) => () => void

/**
 * Options of {@link postgresStores}.
 *
 * @example
 * ```ts
 * import type { PostgresStoresOptions } from '@aauth-guard/postgres'
 * import pg from 'pg'
 *
 * const pool = new pg.Pool()
 * export const options: PostgresStoresOptions = {
 *   query: (text, values) => pool.query(text, values),
 *   schema: 'notes_aauth',
 *   limits: { tombstones: { maxPerServer: 5_000_000 } },
 * }
 * ```
 */
export interface PostgresStoresOptions {
  /** How statements reach the server. */
  readonly query: Query
  /** How changes are heard. Without it the guard asks the stores once a second for what open streams depend on. */
  readonly listen?: Listen | undefined
  /**
   * The schema of the tables: lower case letters, digits and `_`, at most 40. Resources that share it share their entries.
   * Default `"aauth"`.
   */
  readonly schema?: string | undefined
  /** How much is kept of each kind. */
  readonly limits?: PostgresLimits | undefined
  /**
   * What happens when the entries are missing. With `"refuse"`, the default, requests get 503 until `prepare` is called.
   * With `"begin"`, the first process that notices calls `prepare({ afterLoss: true })`: terminations and revocations are
   * then lost, and used signatures are refused for some minutes.
   */
  readonly whenEmpty?: 'refuse' | 'begin' | undefined
}
