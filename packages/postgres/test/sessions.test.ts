import { sessionFleet } from '@aauth-guard/fixtures/session-fleet'
import { postgresStores } from '@aauth-guard/postgres'
import { expect, it } from 'vitest'
import { newStores, queryOf, skipped, useDatabase } from './database.ts'

const database = useDatabase()

it.skipIf(skipped)(
  `sessions of a fleet are taken, replaced, refreshed and ended through PostgreSQL [ACCESS-4, ACCESS-5, R11-197] ${skipped}`,
  async () => {
    const { schema } = await newStores(database.pool)
    const pools = [database.pool, database.otherPool]
    const storesOf = () => postgresStores({ query: queryOf(pools.pop() as never), schema }).stores
    expect(await sessionFleet(storesOf)).toEqual({
      takenElsewhere: true,
      replaced: 1,
      refreshed: [1, 'new 1', 'new 1'],
      afterEnd: [401, 401],
    })
  },
)
