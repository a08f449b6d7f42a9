import { sessionFleet } from '@aauth-guard/fixtures/session-fleet'
import { expect, it, onTestFinished } from 'vitest'
import { absent, startScene } from './redis-scene.ts'

it.skipIf(absent !== undefined)(
  `sessions of a fleet are taken, replaced, refreshed and ended through Redis [ACCESS-4, ACCESS-5, R11-197] ${absent ?? ''}`,
  async () => {
    const scene = await startScene()
    onTestFinished(() => scene.close())
    await scene.prepared({ issuer: 'https://notes.example' })
    expect(await sessionFleet(() => scene.stores().stores)).toEqual({
      takenElsewhere: true,
      replaced: 1,
      refreshed: [1, 'new 1', 'new 1'],
      afterEnd: [401, 401],
    })
  },
)
