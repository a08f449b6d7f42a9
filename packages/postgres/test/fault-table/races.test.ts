import { acceptedAgain, passRaceRow, races } from '@aauth-guard/fixtures/fault-table/race-row'
import { describe, it } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { startFleet } from './postgres-fleet.ts'

const database = useDatabase()

describe.skipIf(skipped)(`${races} requests that two processes get at the same time ${skipped}`, () => {
  it('are accepted once each', async () => {
    await passRaceRow(await startFleet(database), 'Races for signatures in PostgreSQL')
  })

  it('and at most once while PostgreSQL is killed and started again', async () => {
    const fleet = await startFleet(database)
    await passRaceRow(fleet, 'Races while PostgreSQL is killed and started again', async () => {
      for (let times = 0; times < 3; times += 1) {
        await database.server.restart()
        await acceptedAgain(fleet)
      }
    })
  })

  it('and at most once while connections are ended again and again', async () => {
    const fleet = await startFleet(database)
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
    await passRaceRow(fleet, 'Races while connections to PostgreSQL are ended', async () => {
      for (let times = 0; times < 10; times += 1) {
        await database.pool.query(end)
        await acceptedAgain(fleet)
      }
    })
  })
})
