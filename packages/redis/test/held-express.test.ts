import { heldCallsScene, runHeldCall } from '@aauth-guard/fixtures/held-calls'
import { heldExpress } from '@aauth-guard/fixtures/held-express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, type Scene, startScene } from './redis-scene.ts'

let scene: Scene

beforeAll(async () => {
  if (absent === undefined) scene = await startScene()
})
afterAll(() => scene?.close())

describe.skipIf(absent)(`calls that are held on Express with all stores in Redis ${absent ?? ''}`, () => {
  it('are run once as they were signed, by the agent that made them [DEFER-1, DEFER-2, DEFER-5, R11-182]', async () => {
    const { stores } = await scene.prepared({ issuer: 'https://notes.example' })
    const setClock = (seconds: number): void => scene.clock.set(seconds - Date.now() / 1000)
    await runHeldCall(await heldCallsScene(heldExpress, { stores, setClock }))
  })

  it('are refused at start unless the application says that they may be lost', async () => {
    const { stores } = scene.stores()
    await expect(heldCallsScene(heldExpress, { stores, durable: true })).rejects.toThrow(
      "durability: 'lossy'",
    )
  })
})
