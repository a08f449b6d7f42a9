import { resolve } from 'node:path'
import { killTests } from '@aauth-guard/fixtures/held/kill-tests'
import type { Fleet } from '@aauth-guard/fixtures/held/lost-processes'
import { beforeAll, describe } from 'vitest'
import { newStores, skipped, useDatabase } from '../database.ts'
import { openLedger } from './ledger.ts'

const program = resolve(import.meta.dirname, 'bank-process.ts')

describe.skipIf(skipped)(`processes that are lost while they run calls held in PostgreSQL ${skipped}`, () => {
  const database = useDatabase()
  let fleet: Fleet
  beforeAll(async () => {
    const { schema } = await newStores(database.pool)
    await database.pool.query(`
      CREATE TABLE ${schema}.ledger (key text, target text);
      CREATE TABLE ${schema}.ledger_once (key text PRIMARY KEY, target text);
      CREATE INDEX ON ${schema}.ledger (target);
      CREATE INDEX ON ${schema}.ledger_once (target);
    `)
    const place = { url: database.server.url, schema }
    fleet = { program, place, open: (idempotent) => openLedger(place, idempotent) }
  })
  killTests('PostgreSQL', () => fleet)
})
