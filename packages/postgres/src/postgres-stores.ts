import type {
  LinkStore,
  RecordStore,
  ReplayStore,
  RevocationStore,
  StatusStore,
  TombstoneStore,
} from '@aauth-guard/core'
import { Changes } from './changes.ts'
import { checkOptions } from './check-options.ts'
import { Database } from './database.ts'
import type { InPostgres, Kind, KindContext } from './kinds/kind.ts'
import { kinds } from './kinds/kinds.ts'
import type { PostgresStoresOptions } from './options.ts'
import { checkDatabase, type PostgresReport, type PrepareOptions, prepareDatabase } from './prepare.ts'
import { QuestionBatch } from './question-batch.ts'
import { sharedCall } from './shared-call.ts'

/**
 * What {@link postgresStores} returns.
 *
 * @example
 * ```ts
 * import type { Stores } from '@aauth-guard/core'
 * import type { PostgresStores } from '@aauth-guard/postgres'
 *
 * // Used signatures stay in the memory of the process.
 * export const durable = ({ stores: { revocations, tombstones } }: PostgresStores): Stores => ({ revocations, tombstones })
 * ```
 */
export interface PostgresStores {
  /** For the option `stores` of `createResource`: all of them, or those that you choose. */
  readonly stores: {
    readonly revocations: InPostgres<RevocationStore>
    readonly tombstones: InPostgres<TombstoneStore>
    readonly replays: InPostgres<ReplayStore>
    readonly links: InPostgres<LinkStore>
    readonly statuses: InPostgres<StatusStore>
    readonly records: InPostgres<RecordStore>
  }
  /**
   * Makes the tables and functions, or brings them up to date. Call it when you deploy and not when a process starts:
   * after a loss of the whole database it would begin without entries. The role needs the privilege to create the schema.
   */
  prepare(options?: PrepareOptions): Promise<void>
  /**
   * Checks that the server is a primary of version 14 or later, and that its tables are there. Rejects with the cause and
   * the remedy. Each store does the same in `ready`, which `resource.ready()` calls.
   */
  ready(): Promise<PostgresReport>
  /** Ends all subscriptions. The pool is not closed. */
  close(): void
}

/**
 * Stores in PostgreSQL, shared by all processes that use the same schema.
 *
 * @throws {TypeError} naming an option that is wrong, and the remedy
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { postgresStores } from '@aauth-guard/postgres'
 * import pg from 'pg'
 *
 * const pool = new pg.Pool({ connectionString: 'postgres://app@db.example/app' })
 * const { stores } = postgresStores({ query: (text, values) => pool.query(text, values) })
 * export const resource = createResource({ issuer: 'https://notes.example', trust: 'any', stores })
 * ```
 */
export function postgresStores(options: PostgresStoresOptions): PostgresStores {
  const { schema, limits } = checkOptions(options)
  const { query, listen, whenEmpty } = options
  const plain = new Database(query, schema)
  const prepare = (given?: PrepareOptions): Promise<void> => prepareDatabase(query, plain, given)
  const prepareEmpty = sharedCall(() => prepare({ afterLoss: true }))
  const database = whenEmpty === 'begin' ? new Database(query, schema, prepareEmpty) : plain
  const changes = listen && new Changes(database, listen)
  const ready = sharedCall(() => checkDatabase(database))
  return {
    stores: makeStores(kinds, {
      database,
      batch: new QuestionBatch(database),
      changes,
      limits,
      shared: {
        ready: async () => {
          await ready()
        },
        now: () => database.ask('server_time') as Promise<number>,
      },
    }),
    prepare,
    ready,
    close: () => changes?.close(),
  }
}

type MadeBy<Kinds> = {
  readonly [Name in keyof Kinds]: Kinds[Name] extends Kind<infer Store> ? InPostgres<Store> : never
}

/** The store of each kind, under the same name. */
export function makeStores<Kinds extends Readonly<Record<string, Kind<object>>>>(
  kinds: Kinds,
  context: KindContext,
): MadeBy<Kinds> {
  const made = Object.entries(kinds).map(([name, make]) => [name, make(context)] as const)
  return Object.fromEntries(made) as MadeBy<Kinds>
}
