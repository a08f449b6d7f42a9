/** A real PostgreSQL for the tests of one file, with a schema for each store. */
import { type ClockShift, noClockShift, shiftableClock } from '@aauth-guard/fixtures/clock-shift'
import {
  noPostgres,
  type PostgresServer,
  type PostgresServerOptions,
  startPostgres,
} from '@aauth-guard/fixtures/postgres-server'
import {
  type PostgresStores,
  type PostgresStoresOptions,
  postgresStores,
  type Query,
} from '@aauth-guard/postgres'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { nodePostgres } from './adapters/pg.ts'

/** Why tests of this package are skipped here, for their titles; empty if they are not. */
export const skipped: string = noPostgres ?? noClockShift ?? ''
if (skipped !== '') console.log(`packages/postgres: tests are ${skipped.slice(1, -1)}`)

/** The database of a file. */
export interface TestDatabase {
  readonly server: PostgresServer
  readonly clock: ClockShift
  readonly pool: pg.Pool
  /** Connections of another process. */
  readonly otherPool: pg.Pool
}

/** Starts a server before the tests of a file, and ends it after them. */
export function useDatabase(settings: PostgresServerOptions['settings'] = {}): TestDatabase {
  const made: { -readonly [Name in keyof TestDatabase]?: TestDatabase[Name] } = {}
  beforeAll(async () => {
    if (skipped !== '') return
    made.clock = shiftableClock()
    made.server = await startPostgres({ clock: made.clock, settings })
    made.pool = poolOf(made.server.url)
    made.otherPool = poolOf(made.server.url)
  })
  afterAll(async () => {
    await Promise.all([made.pool?.end(), made.otherPool?.end()])
    await made.server?.close()
    made.clock?.close()
  })
  return made as TestDatabase
}

/** A pool that outlives its server. */
export function poolOf(connectionString: string, max = 10): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, connectionTimeoutMillis: 5000 })
  pool.on('error', () => undefined)
  return pool
}

export function queryOf(pool: pg.Pool): Query {
  return nodePostgres(pool).query
}

const tables = [
  ...['marks', 'revocations', 'purges', 'tombstones', 'full_servers', 'links', 'statuses', 'counts'],
  ...['records', 'record_use'],
]

/** Removes all entries, which is quicker than another schema. */
export async function emptySchema(pool: pg.Pool, schema: string): Promise<void> {
  await pool.query(tables.map((table) => `DELETE FROM ${schema}.${table}`).join('; '))
}

let schemas = 0

/** A name that no other store of this run has. */
export function newSchema(): string {
  schemas += 1
  return `aauth_${schemas}`
}

/** Stores in a schema of their own, prepared. */
export async function newStores(
  pool: pg.Pool,
  options: Partial<PostgresStoresOptions> = {},
): Promise<PostgresStores & { readonly schema: string }> {
  const schema = options.schema ?? newSchema()
  const made = postgresStores({ query: queryOf(pool), ...options, schema })
  await made.prepare()
  return { ...made, schema }
}
