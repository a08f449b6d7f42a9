import { now } from '@aauth-guard/fixtures/world'
import { type Agent, createTestNetwork, type Generation, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { expressAdapters } from '../adapters/express.ts'
import { suites } from '../cases/index.ts'
import { exchange } from '../exchange.ts'
import { octetsOfAll } from '../sender.ts'
import { makeResource } from '../world.ts'

// The one random value in an answer: the id of a resource token.
beforeEach(() => {
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('00000000-0000-4000-8000-000000000000')
})

describe.each(suites)(
  'the same requests with sodium-native, answered octet for octet as with OpenSSL: $about',
  ({ options, cases }) => {
    describe.each<Generation>(['person-token', 'mission-header'])(
      'auth tokens of the %s generation',
      (generation) => {
        let net: TestNetwork
        let agent: Agent
        let origins: Record<'platform' | 'sodium-native', string>
        const serve = async (ed25519: 'platform' | 'sodium-native'): Promise<string> => {
          const [express] = expressAdapters
          const resource = makeResource(net, { ...options, ed25519 })
          return (await net.listen(express?.build(resource) as never)).url
        }
        beforeAll(async () => {
          net = await createTestNetwork({ now, seed: 'contract' })
          agent = await net.agent()
          origins = { platform: await serve('platform'), 'sodium-native': await serve('sodium-native') }
        })
        afterAll(() => net.close())

        const served = cases
          .filter(([, , , only]) => only === undefined || only === generation)
          .map(([rule, sent]) => [rule, sent] as const)
        it.each(served)('%s', async (_rule, sent) => {
          const requests = await octetsOfAll(agent, sent, generation)
          const expected = await exchange(origins.platform, requests)
          expect(await exchange(origins['sodium-native'], requests)).toEqual(expected)
        })
      },
    )
  },
)
