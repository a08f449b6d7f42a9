import { runInteraction } from '@aauth-guard/fixtures/interaction-flow'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { absent, type Scene, startScene } from './redis-scene.ts'

let scene: Scene

beforeAll(async () => {
  if (absent === undefined) scene = await startScene()
})
afterAll(() => scene?.close())

describe.skipIf(absent)(`an interaction with records in Redis ${absent ?? ''}`, () => {
  it('goes on in any process [DEFER-1, DEFER-2, DEFER-3, DEFER-4, INT-3, INT-7]', async () => {
    const issuer = 'https://notes.example'
    await scene.prepared({ issuer })
    const storeOf = () => scene.stores({ issuer }).stores.records
    await runInteraction(storeOf, (seconds) => scene.clock.set(seconds - Date.now() / 1000))
  })
})
