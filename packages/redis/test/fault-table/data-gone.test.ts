import { passLossRow } from '@aauth-guard/fixtures/fault-table/loss-row'
import { describe, it } from 'vitest'
import { absent } from '../redis-scene.ts'
import { type RedisFleet, startFleet } from './redis-fleet.ts'

const losses: readonly (readonly [title: string, begin: (fleet: RedisFleet) => unknown])[] = [
  ['was started again without its data', ({ server }) => server.restart()],
  ['was emptied by FLUSHALL', ({ admin }) => admin.flushall()],
  ['lost its marker alone', async ({ admin }) => admin.del(...(await admin.keys('*:marker')))],
]

describe.skipIf(absent !== undefined)(`a Redis that ${absent ?? ''}`, () => {
  it.each(losses)(
    '%s: all requests get 503 until an operator accepts that, and used signatures until they are stale',
    async (title, begin) => {
      const fleet = await startFleet()
      await passLossRow(fleet, {
        name: `Redis ${title}`,
        begin: () => begin(fleet),
        prepare: fleet.stores[0].prepare,
        advance: fleet.advance,
      })
    },
  )
})
