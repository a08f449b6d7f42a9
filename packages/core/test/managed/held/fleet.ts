import type { Stores } from '@aauth-guard/core'
import type { UnknownOutcome } from '@aauth-guard/core/managed'
import { onTestFinished, vi } from 'vitest'
import { gate } from '../../missions/watched.ts'
import { makeSharedStores } from '../../stores/shared-stores.ts'
import { type HeldSceneOptions, makeHeldScene } from './scene.ts'

/** Keeps warnings that a test provokes out of its output. */
export function quiet(): void {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  onTestFinished(() => warn.mockRestore())
}

/** Two processes that share a durable store of records, and a way to end the first one while it runs a call. */
export async function makeFleet(options: HeldSceneOptions['hold'] = {}, second: HeldSceneOptions = {}) {
  const told: UnknownOutcome[] = []
  const shared = makeSharedStores()
  const { records } = shared.stores
  const stores: Stores = { records }
  const given = { onUnknown: (outcome: UnknownOutcome) => void told.push(outcome), ...options }
  const begun = gate<void>()
  const finish = gate<void>()
  const lost = await makeHeldScene({
    stores,
    hold: given,
    run: async ({ key }) => {
      begun.open()
      await finish.promise
      return { status: 201, body: `late ${key}` }
    },
  })
  const another = () => makeHeldScene({ stores, hold: given, ...second })
  const next = await another()
  const location = await lost.held()
  const token = await lost.granted()
  const poll = lost.poll(location, token)
  await begun.promise
  return { lost, next, another, location, token, told, finish, poll, records, shared }
}
