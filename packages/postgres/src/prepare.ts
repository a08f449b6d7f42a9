import { readFile } from 'node:fs/promises'
import type { Database } from './database.ts'
import type { Query } from './options.ts'

/**
 * Options of `prepare`.
 *
 * @example
 * ```ts
 * import type { PostgresStores } from '@aauth-guard/postgres'
 *
 * // Run by an operator, once restoring the database was given up.
 * export async function beginAgain({ prepare }: PostgresStores): Promise<void> {
 *   await prepare({ afterLoss: true })
 * }
 * ```
 */
export interface PrepareOptions {
  /**
   * Accepts that revocations, terminations and used signatures were lost, also by a restore from a backup. Used signatures
   * are then unknown, and their requests get 503, until every signature that may have been used before is stale: twice the
   * window and 60 s. Revocations and terminations that were lost must be recorded again.
   */
  readonly afterLoss?: boolean | undefined
}

/** Makes the tables and functions, or brings them up to date. */
export async function prepareDatabase(
  query: Query,
  database: Database,
  { afterLoss = false }: PrepareOptions = {},
): Promise<void> {
  const migration = await readFile(new URL('../migration.sql', import.meta.url), 'utf8')
  await query(inSchema(migration, database.schema), [])
  if (afterLoss) await database.ask('begin_after_loss')
  // Throws if the tables were there, and the marker was not.
  else await database.ask('server_state')
}

/** The migration names the schema in two statements. */
function inSchema(migration: string, schema: string): string {
  return migration
    .replace('CREATE SCHEMA IF NOT EXISTS aauth;', `CREATE SCHEMA IF NOT EXISTS ${schema};`)
    .replace('SET LOCAL search_path = aauth,', `SET LOCAL search_path = ${schema},`)
}

/** Version of the migration that this version of the package calls. */
const neededMigration = 3
/** As `server_version_num` has it. */
const neededVersion = 140_000

/**
 * What `ready` found out about the server.
 *
 * @example
 * ```ts
 * import type { PostgresReport, PostgresStores } from '@aauth-guard/postgres'
 *
 * export async function assertDurable({ ready }: PostgresStores): Promise<void> {
 *   const report: PostgresReport = await ready()
 *   if (report.synchronousStandbys === '') throw new Error('"synchronous_standby_names" is empty')
 * }
 * ```
 */
export interface PostgresReport {
  /** Of the server: 15.4 is 150 004. */
  readonly version: number
  /** Of the tables and functions. */
  readonly migration: number
  /**
   * Setting of the server. With `"off"`, the last entries before a crash of the server are lost.
   */
  readonly synchronousCommit: string
  /** Setting of the server. If it is empty, a failover can lose the last entries before it. */
  readonly synchronousStandbys: string
}

/** @throws {Error} unless the server is a primary of a known version, with all entries */
export async function checkDatabase(database: Database): Promise<PostgresReport> {
  const state = (await database.ask('server_state')) as PostgresReport
  if (state.version < neededVersion)
    throw new Error(`PostgreSQL ${state.version / 10_000} is too old: use 14 or later`)
  if (state.migration < neededMigration)
    throw new Error(
      `the schema "${database.schema}" is of version ${state.migration}, but ${neededMigration} is needed: call prepare()`,
    )
  return state
}
