import type { RedisStores } from '@aauth-guard/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countOfRuns } from '../../../scripts/property-runs.ts'
import { absent, type Scene, startScene } from './redis-scene.ts'

/** Every run of the suite takes a sample of them. */
const signatures = countOfRuns(1000)
const processes = 4

describe.skipIf(absent !== undefined)(`${signatures} signatures ${absent ?? ''}`, () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
    scene.clock.freeze()
  })
  afterAll(() => scene.close())

  it.each([1, 4])(
    'are each used once by processes that race for them (%i partitions)',
    async (partitions) => {
      const issuer = `https://notes-${partitions}.example`
      const fleet: RedisStores[] = Array.from({ length: processes }, () =>
        scene.stores({ issuer, partitions }),
      )
      await fleet[0]?.prepare()
      const until = scene.clock.now() + 60
      const race = (index: number): Promise<unknown[]> =>
        Promise.all(
          fleet.map(({ stores }) =>
            stores.replays.mark({
              issuer: `https://ps${index % 10}.example`,
              owner: `key-${index % 100}`,
              fingerprint: `print-${index}`,
              until,
              window: 60,
              listed: true,
            }),
          ),
        )
      const verdicts = await Promise.all(Array.from({ length: signatures }, (_, index) => race(index)))
      const others = Array.from({ length: processes - 1 }, () => 'repeated')
      for (const verdict of verdicts) expect(verdict.toSorted()).toEqual(['first', ...others])
    },
  )
})
