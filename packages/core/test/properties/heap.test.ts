import { authorize } from '@aauth-guard/core'
import { heapSize } from '@aauth-guard/fixtures/heap-size'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { expect, it } from 'vitest'
import { countOfRuns } from '../../../../scripts/property-runs.ts'
import type { IssuerKeys } from '../../src/keys/issuer-keys.ts'
import { type VerifiedToken, VerifiedTokens } from '../../src/keys/verified-tokens.ts'

/** Many more in `npx pnpm@12 test:deep`. */
const requests = 5 * countOfRuns(100)

it(`the heap is no larger after ${requests} requests of one agent [O10]`, async () => {
  const world = await makeWorld({ replay: 'off', onDecision: () => undefined })
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

it('a verified token keeps nothing else of its header in memory [O04, O10]', () => {
  const tokens = new VerifiedTokens({} as IssuerKeys, 5000)
  const before = heapSize()
  for (let n = 0; n < 100; n++) {
    // Cut out of a large text, as a parser does it.
    const header = Buffer.alloc(200_000, `${n} `).toString('latin1')
    const token = { claims: { iss: 'https://ps.example', jti: `${n}`, exp: 2 } }
    tokens.set(header.slice(1000, 2000 + n), token as VerifiedToken, {} as never)
  }
  expect(tokens.names).toBe(100)
  // All of the headers would be 19 MB.
  expect(heapSize() - before).toBeLessThan(4)
})
