import { createTestNetwork, dial, type SignOptions } from '@aauth-guard/testing'
import { expect, it, onTestFinished } from 'vitest'
import { serveIssuers } from '../../../packages/runtimes/issuers.ts'
import { decided } from './decided.ts'
import { install, obstacle, serve } from './workerd.ts'

it.skipIf(obstacle !== undefined)(
  'a request that is refused before the objects have answered does not keep others waiting',
  async () => {
    const net = await createTestNetwork()
    const agent = await net.agent()
    const token = await agent.agentToken()
    const issuers = await serveIssuers(net.fetch)
    onTestFinished(() => issuers.close())
    const installed = await install('held-worker.ts')
    onTestFinished(() => installed.remove())
    const { one, stop } = await serve(installed, issuers.url)
    onTestFinished(stop)
    const call = async (how: Partial<SignOptions> = {}): Promise<Response> =>
      dial(one, await agent.sign(`${net.resource}/`, {}, { token, ...how }))

    await fetch(`${one}/hold`)
    // The guard asks the objects about a token that it knows before it verifies the signature of the request.
    expect((await call()).status).toBe(503)
    expect((await call({ mistake: 'flip-signature' })).status).toBe(401)
    await fetch(`${one}/release`)
    const answered = await decided(async () => {
      const response = await call()
      const hints = (await (await fetch(`${one}/hints`)).json()) as string[]
      expect(hints.filter((hint) => hint.includes('never settle'))).toEqual([])
      return response
    })
    expect(answered.status).toBe(200)
  },
)
