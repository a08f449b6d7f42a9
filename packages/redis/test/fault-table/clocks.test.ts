import { offsets, passProcessClockRow } from '@aauth-guard/fixtures/fault-table/process-clock-row'
import { passStoreClockRow } from '@aauth-guard/fixtures/fault-table/store-clock-row'
import { describe, it } from 'vitest'
import { absent } from '../redis-scene.ts'
import { startFleet } from './redis-fleet.ts'

describe.skipIf(absent !== undefined).each(offsets)(
  `clocks that differ by %i s from that of Redis ${absent ?? ''}`,
  (seconds) => {
    it.each(['its first request', 'later'] as const)(
      'make one process answer 503 from %s on, and let no signature pass twice',
      async (from) => {
        const name = `The clock of a process is ${seconds} s ahead of that of Redis from ${from} on`
        await passProcessClockRow(await startFleet(), { name, seconds, from })
      },
    )

    it('make all processes answer 503 while the clock of the server is off', async () => {
      const fleet = await startFleet()
      const name = `The clock of Redis was set by ${seconds} s`
      await passStoreClockRow(fleet, { name, seconds, set: (by) => fleet.clock.advance(by) })
    })
  },
)
