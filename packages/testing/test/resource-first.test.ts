import { createResource } from '@aauth-guard/core'
import {
  type InteractionPage,
  interactionPage,
  managedAccess,
  requireInteraction,
} from '@aauth-guard/core/managed'
import { answerRefusals, getAuth, protect, wellKnown } from '@aauth-guard/express'
import { sealingKeys } from '@aauth-guard/fixtures/interaction'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import express from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { challenge, notes } from './exchange-world.ts'
import { post } from './token-request.ts'

const ps = 'https://ps.example'
const person = 'alice'

interface Scene {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly page: InteractionPage
  readonly personToken: string
  /** Asks for an auth token, and returns the pending URL. */
  ask(): Promise<string>
  poll(url: string): Promise<{ readonly status: number; readonly body: Readonly<Record<string, string>> }>
  /** Where the person server sends the person. */
  visit(): URL
  /** The browser of the person goes there. */
  follow(callback: string | undefined): Promise<number>
}

/** An API whose persons have to be at its page before their person servers grant. */
async function makeScene(): Promise<Scene> {
  const net = await createTestNetwork({ now, seed: 'first' })
  net.personServer.generations = ['person-token']
  const resource = createResource({
    issuer: notes,
    trust: 'any',
    scopes: { 'notes.read': 'Read' },
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    managed: managedAccess({
      sealingKeys,
      interaction: { url: `${notes}/agents`, accountOf: () => person },
    }),
  })
  const app = express()
  app.use(wellKnown(resource))
  const route = requireInteraction(resource, { name: 'notes' }, { scope: 'notes.read', by: 'person-server' })
  app.get('/notes', protect(resource, route), (req, res) => void res.json(getAuth(req, 'auth-token').scopes))
  app.use(answerRefusals())
  await net.listen(app)
  onTestFinished(() => net.close())
  const agent = await net.agent()
  const personToken = await agent.personToken()
  let nonce = 0
  const params = (): { nonce: string } => ({ nonce: `n-${++nonce}` })
  return {
    net,
    agent,
    page: interactionPage(resource),
    personToken,
    async ask() {
      const body = post({ resource_token: await challenge(agent, personToken), presented_token: personToken })
      const token = await agent.agentToken()
      const asked = await agent.fetch(`${ps}/auth-token`, body, { digest: true, token, params: params() })
      expect(asked.status).toBe(202)
      return asked.headers.get('location') as string
    },
    async poll(url) {
      const response = await agent.fetch(url, {}, { token: await agent.agentToken(), params: params() })
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    },
    visit: () => new URL(net.personServer.missions.waiting[0]?.visit as string),
    follow: async (callback) => (await net.fetch(callback as string)).status,
  }
}

describe('a person server whose person has to go to the resource first', () => {
  it('sends them there, and grants once they have come back [RT-13, R11-168, R11-226, R11-227]', async () => {
    const { agent, ask, poll, visit, page, follow, net } = await makeScene()
    const pending = await ask()
    const { origin, pathname, searchParams } = visit()
    expect(origin + pathname).toBe(`${notes}/agents`)
    const callback = searchParams.get('callback') as string
    const { handle, callback: accepted } = await page.redeemCode(searchParams.get('code') as string, {
      person,
      callback,
    })
    expect(accepted).toBe(callback)
    expect((await poll(pending)).status).toBe(202)
    await expect(
      net.personServer.missions.approve(net.personServer.missions.waiting[0]?.code as string),
    ).rejects.toThrow(/go to the resource first/)
    const decided = await page.complete(handle, { person })
    expect(decided.callback).toBe(callback)
    expect(await follow(decided.callback)).toBe(200)
    const { status, body } = await poll(pending)
    const response = await agent.fetch(`${notes}/notes`, {}, { token: body.auth_token as string })
    expect([status, response.status, await response.json()]).toEqual([200, 200, ['notes.read']])
    expect(await follow(callback)).toBe(404)
  })

  it('asks for its own consent after that, if its person is asked', async () => {
    const { ask, poll, visit, page, follow, net } = await makeScene()
    const { missions, policy } = net.personServer
    policy.asks = ({ about }) => about === 'auth-token'
    const pending = await ask()
    const { searchParams } = visit()
    const callback = searchParams.get('callback') as string
    const { handle } = await page.redeemCode(searchParams.get('code') as string, { person, callback })
    await follow((await page.complete(handle, { person })).callback)
    expect((await poll(pending)).status).toBe(202)
    await missions.approve(missions.waiting[0]?.code as string)
    expect((await poll(pending)).status).toBe(200)
  })

  it.each([
    ['deny', 403, 'denied'],
    ['abandon', 403, 'abandoned'],
  ] as const)('tells the agent what the resource told it: %s [R11-227]', async (decision, status, error) => {
    const { ask, poll, visit, page, follow } = await makeScene()
    const pending = await ask()
    const { searchParams } = visit()
    const callback = searchParams.get('callback') as string
    const { handle } = await page.redeemCode(searchParams.get('code') as string, { person, callback })
    await follow((await page[decision](handle, { person })).callback)
    expect(await poll(pending)).toEqual({ status, body: { error } })
  })

  it('tells the agent of a late code, and of a resource that failed', async () => {
    const { ask, poll, visit, page, follow, net } = await makeScene()
    const [first] = [await ask()]
    const { searchParams } = visit()
    net.clock.advance(300)
    const code = searchParams.get('code') as string
    await expect(page.redeemCode(code, { person })).rejects.toMatchObject({ code: 'expired' })
    const callback = searchParams.get('callback') as string
    await follow(`${callback}?error=interaction_expired`)
    expect(await poll(first)).toEqual({ status: 408, body: { error: 'expired' } })
    const second = await ask()
    await follow(`${visit().searchParams.get('callback')}?error=temporarily_unavailable`)
    expect(await poll(second)).toEqual({ status: 500, body: { error: 'server_error' } })
  })
})
