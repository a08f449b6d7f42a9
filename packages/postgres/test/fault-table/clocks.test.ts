import { offsets, passProcessClockRow } from '@aauth-guard/fixtures/fault-table/process-clock-row'
import { passStoreClockRow } from '@aauth-guard/fixtures/fault-table/store-clock-row'
import { describe, it } from 'vitest'
import { skipped, useDatabase } from '../database.ts'
import { startFleet } from './postgres-fleet.ts'

const database = useDatabase()

describe.skipIf(skipped).each(offsets)(
  `clocks that differ by %i s from that of PostgreSQL ${skipped}`,
  (seconds) => {
    it.each(['its first request', 'later'] as const)(
      'make one process answer 503 from %s on, and let no signature pass twice',
      async (from) => {
        const name = `The clock of a process is ${seconds} s ahead of that of PostgreSQL from ${from} on`
        await passProcessClockRow(await startFleet(database), { name, seconds, from })
      },
    )

    it('make all processes answer 503 while the clock of the server is off', async () => {
      const fleet = await startFleet(database)
      const name = `The clock of PostgreSQL was set by ${seconds} s`
      await passStoreClockRow(fleet, { name, seconds, set: (by) => database.clock.advance(by) })
    })
  },
)
