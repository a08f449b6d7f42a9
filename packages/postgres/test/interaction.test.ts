import { runInteraction } from '@aauth-guard/fixtures/interaction-flow'
import { postgresStores } from '@aauth-guard/postgres'
import { describe, it } from 'vitest'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()

describe.skipIf(skipped)(`an interaction with records in PostgreSQL ${skipped}`, () => {
  it('goes on in any process [DEFER-1, DEFER-2, DEFER-3, DEFER-4, INT-3, INT-7]', async () => {
    const { schema } = await newStores(database.pool)
    const storeOf = () => postgresStores({ query: queryOf(database.otherPool), schema }).stores.records
    await runInteraction(storeOf, (seconds) => database.clock.set(seconds - Date.now() / 1000))
  })
})
