import { authorize } from '@aauth-guard/core'
import { toSignedRequest } from '@aauth-guard/testing'
import { expect, it } from 'vitest'
import { countOfRuns } from '../../../scripts/property-runs.ts'
import { heapSize } from './heap-size.ts'
import { makeWorld } from './world.ts'

/** Many more in `npx pnpm@12 test:deep`. */
const requests = 5 * countOfRuns(100)

it(`the heap is no larger after ${requests} requests of one agent [O10]`, async () => {
  const world = await makeWorld({ replay: 'off', onRefusal: () => undefined })
  const token = await world.agent.authToken({ scope: 'access' })
  const message = await world.agent.sign('https://notes.example/notes', {}, { token })
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await authorize(world.resource, toSignedRequest(message))
  }
  await send(requests / 5)
  const before = heapSize()
  await send(requests)
  expect(heapSize() - before).toBeLessThan(4)
})
