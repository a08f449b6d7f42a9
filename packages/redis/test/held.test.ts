import { createResource } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { hold, managedAccess } from '@aauth-guard/core/managed'
import { createTestNetwork, toSignedRequest } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { absent, type Scene, startScene } from './redis-scene.ts'

const issuer = 'https://bank.example'
const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i * 5) }]

describe.skipIf(absent !== undefined)(`calls that are held in Redis ${absent ?? ''}`, () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await startScene()
  })
  afterAll(() => scene.close())

  /** Processes of one resource, each with a client of its own. */
  async function makeFleet(size: number) {
    const net = await createTestNetwork({ resource: issuer, ids: 'random' })
    const agent = await net.agent()
    const ran: string[] = []
    await scene.stores({ issuer }).prepare()
    const fleet = Array.from({ length: size }, () => {
      const resource = createResource({
        issuer,
        trust: { personServers: [net.personServer.id], agentProviders: 'any' },
        scopes: { pay: 'Pay' },
        fetch: net.fetch,
        now: net.clock.now,
        stores: scene.stores({ issuer }).stores,
        managed: managedAccess({ sealingKeys }),
      })
      const run = ({ key }: { readonly key: string }) => {
        ran.push(key)
        return { status: 201, body: key }
      }
      const route = hold(resource, { name: 'pay', scope: 'pay' }, run, { durability: 'lossy' })
      return { resource, route }
    })
    const nothing = async () => new Uint8Array()
    const nonce = () => ({ nonce: crypto.randomUUID() })
    const held = async (): Promise<string> => {
      const token = await agent.personToken()
      const message = await agent.sign(`${issuer}/pay`, { method: 'POST' }, { token, params: nonce() })
      const { headers } = (await fleet[0]?.route.answer(toSignedRequest(message), nothing)) ?? { headers: {} }
      return (headers as { location: string }).location
    }
    const poll = async (process: (typeof fleet)[0], location: string, token: string) => {
      const message = await agent.sign(location, {}, { token, params: nonce() })
      return answerRoutes(process.resource, toSignedRequest(message), nothing)
    }
    return { net, agent, fleet, ran, held, poll }
  }

  it('run once, whichever processes are polled at once, and keep their result [DEFER-5, R11-182]', async () => {
    const { net, agent, fleet, ran, held, poll } = await makeFleet(3)
    for (let round = 1; round <= 20; round++) {
      const location = await held()
      const token = await agent.authToken({ scope: 'pay' })
      await Promise.all(fleet.map((process) => poll(process, location, token)))
      expect(ran).toHaveLength(round)
      net.clock.advance(1)
      const again = await Promise.all(fleet.map((process) => poll(process, location, token)))
      expect(again.map((answer) => [answer?.status, answer?.body])).toEqual(
        fleet.map(() => [201, ran.at(-1)]),
      )
      net.clock.advance(1)
    }
  })

  it('do not run under a token that ran another one [DEFER-5]', async () => {
    const { net, agent, fleet, ran, held, poll } = await makeFleet(2)
    const [one, other] = [await held(), await held()]
    const token = await agent.authToken({ scope: 'pay' })
    const [first, second] = fleet as [(typeof fleet)[0], (typeof fleet)[0]]
    await Promise.all([poll(first, one, token), poll(second, other, token)])
    net.clock.advance(1)
    const statuses = [await poll(second, one, token), await poll(first, other, token)].map(
      (answer) => answer?.status,
    )
    expect(statuses.sort()).toEqual([201, 202])
    expect(ran).toHaveLength(1)
  })
})
