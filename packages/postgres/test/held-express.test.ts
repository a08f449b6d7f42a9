import { heldCallsScene, runHeldCall } from '@aauth-guard/fixtures/held-calls'
import { heldExpress } from '@aauth-guard/fixtures/held-express'
import { describe, it } from 'vitest'
import { newStores, skipped, useDatabase } from './database.ts'

const database = useDatabase()

describe.skipIf(skipped !== '')(
  `calls that are held on Express with all stores in PostgreSQL ${skipped}`,
  () => {
    it('are run once as they were signed, by the agent that made them [DEFER-1, DEFER-2, DEFER-5, R11-182]', async () => {
      const { stores } = await newStores(database.pool)
      const setClock = (seconds: number): void => database.clock.set(seconds - Date.now() / 1000)
      await runHeldCall(await heldCallsScene(heldExpress, { stores, durable: true, setClock }))
    })
  },
)
