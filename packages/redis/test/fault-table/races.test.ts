import { acceptedAgain, passRaceRow, races } from '@aauth-guard/fixtures/fault-table/race-row'
import { describe, it } from 'vitest'
import { absent } from '../redis-scene.ts'
import { startFleet } from './redis-fleet.ts'

const disturbed = 'and at most once while'

describe.skipIf(absent !== undefined)(
  `${races} requests that two processes get at the same time ${absent ?? ''}`,
  () => {
    it('are accepted once each', async () => {
      await passRaceRow(await startFleet(), 'Races for signatures in Redis')
    })

    it(`${disturbed} Redis is killed and started again with its data`, async () => {
      const fleet = await startFleet({ appendOnly: true })
      await passRaceRow(fleet, 'Races while Redis is killed and started again', async () => {
        for (let times = 0; times < 5; times += 1) {
          await fleet.server.restart()
          await acceptedAgain(fleet)
        }
      })
    })

    it(`${disturbed} the scripts are lost again and again`, async () => {
      const fleet = await startFleet()
      await passRaceRow(fleet, 'Races while scripts are lost', async () => {
        for (let times = 0; times < 20; times += 1) {
          await fleet.admin.script('FLUSH')
          await acceptedAgain(fleet)
        }
      })
    })
  },
)
