import { resolve } from 'node:path'
import { killTests } from '@aauth-guard/fixtures/held/kill-tests'
import type { Fleet } from '@aauth-guard/fixtures/held/lost-processes'
import { afterAll, beforeAll, describe } from 'vitest'
import { absent, type Scene, startScene } from '../redis-scene.ts'
import { openLedger } from './ledger.ts'

const program = resolve(import.meta.dirname, 'bank-process.ts')

describe.skipIf(absent !== undefined)(
  `processes that are lost while they run calls held in Redis ${absent ?? ''}`,
  () => {
    let scene: Scene
    let fleet: Fleet
    beforeAll(async () => {
      // With `appendfsync always`, as `durable` of the stores demands.
      scene = await startScene({ appendOnly: true })
      await scene.stores({ issuer: 'https://bank.example', durable: true }).prepare()
      const place = { url: scene.server.url }
      fleet = { program, place, open: (idempotent) => openLedger(place, idempotent) }
    })
    afterAll(() => scene.close())
    killTests('Redis', () => fleet)
  },
)
