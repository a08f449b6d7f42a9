import { passLossRow } from '@aauth-guard/fixtures/fault-table/loss-row'
import { describe, it } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { startFleet } from './postgres-fleet.ts'

const database = useDatabase()

/** What somebody runs, in the schema. */
const losses: readonly (readonly [title: string, statement: (schema: string) => string])[] = [
  ['has lost the schema', (schema) => `DROP SCHEMA ${schema} CASCADE`],
  ['has lost the entries of one table', (schema) => `TRUNCATE ${schema}.revocations`],
  [
    'has lost the entries of all tables',
    (schema) => `TRUNCATE ${schema}.revocations, ${schema}.tombstones, ${schema}.marks`,
  ],
  ['has lost its marker alone', (schema) => `DELETE FROM ${schema}.marker`],
]

describe.skipIf(skipped)(`a PostgreSQL that ${skipped}`, () => {
  it.each(losses)(
    '%s: all requests get 503 until an operator accepts that, and used signatures until they are stale',
    async (title, statement) => {
      const fleet = await startFleet(database)
      await passLossRow(fleet, {
        name: `PostgreSQL ${title}`,
        begin: () => database.pool.query(statement(fleet.schema)),
        prepare: fleet.prepare,
        advance: fleet.advance,
      })
    },
  )
})
