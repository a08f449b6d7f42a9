import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { type ExchangeMisbehaviour, type TestIssuer, TokenRefused } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { challenge, type ExchangeWorld, makeExchangeWorld, notes } from './exchange-world.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'

/** Calls under a mission while `server` misbehaves: the code of the failure, or the status of the resource. */
async function callWhile(
  { agent }: ExchangeWorld,
  server: TestIssuer,
  misbehaviour: ExchangeMisbehaviour,
): Promise<unknown> {
  server.policy.misbehaviour = misbehaviour
  return agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256: mission } }).then(
    ({ response }) => response.status,
    (error: unknown) =>
      error instanceof TokenRefused ? [error.status, error.code] : (error as { code: unknown }).code,
  )
}

const departures: readonly (readonly [ExchangeMisbehaviour, string])[] = [
  ['broader-scope', 'scope_broadened'],
  ['other-account', 'account_changed'],
  ['other-audience', 'audience_not_issuer'],
  ['other-issuer', 'issuer_not_audience'],
  ['other-key', 'key_changed'],
  ['other-mission', 'mission_changed'],
  ['no-mission', 'mission_changed'],
]

describe('an agent whose person server grants something else than requested', () => {
  it.each([
    ...departures,
    ['other-person', 'person_changed'],
    ['longer-life', 'invalid_auth_token'],
  ] as const)('refuses %s in draft 11 with %s [R11-301]', async (misbehaviour, code) => {
    const world = await makeExchangeWorld('person-token')
    expect(await callWhile(world, world.net.personServer, misbehaviour)).toBe(code)
  })

  it.each([...departures, ['other-agent', 'agent_changed'], ['longer-life', 'invalid_auth_token']] as const)(
    'refuses %s in drafts 01 to 10 with %s',
    async (misbehaviour, code) => {
      const world = await makeExchangeWorld('mission-header')
      expect(await callWhile(world, world.net.personServer, misbehaviour)).toBe(code)
    },
  )
})

describe('a person server whose access server grants something else than requested', () => {
  it.each([...departures.map(([name]) => name), 'other-person', 'longer-life'] as const)(
    'passes nothing on of %s in draft 11, and answers as_unreachable',
    async (misbehaviour) => {
      const world = await makeExchangeWorld('person-token', { accessServer: as })
      expect(await callWhile(world, world.net.accessServer, misbehaviour)).toEqual([502, 'as_unreachable'])
    },
  )

  it.each([...departures.map(([name]) => name), 'other-agent', 'longer-life'] as const)(
    'passes nothing on of %s in drafts 01 to 10, and answers as_unreachable',
    async (misbehaviour) => {
      const world = await makeExchangeWorld('mission-header', { accessServer: as })
      expect(await callWhile(world, world.net.accessServer, misbehaviour)).toEqual([502, 'as_unreachable'])
    },
  )

  it.each(['no-token', 'not-json'] as const)('answers as_unreachable for %s', async (misbehaviour) => {
    const world = await makeExchangeWorld('person-token', { accessServer: as })
    expect(await callWhile(world, world.net.accessServer, misbehaviour)).toEqual([502, 'as_unreachable'])
  })

  it('answers as_unreachable for an access server of the other generation', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    net.accessServer.generations = ['mission-header']
    await expect(agent.call(`${notes}/notes`)).rejects.toMatchObject({ status: 502, code: 'as_unreachable' })
  })

  it('answers as_unreachable for an unreachable access server', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    net.accessServer.misbehave('unreachable')
    await expect(agent.call(`${notes}/notes`)).rejects.toMatchObject({ status: 502, code: 'as_unreachable' })
  })

  it('passes on the refusal of an access server that must not grant more than requested', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    net.accessServer.policy.scopes = () => ['notes.purge']
    await expect(agent.call(`${notes}/notes`)).rejects.toMatchObject({ status: 400, code: 'scope_broadened' })
  })

  it('passes on a refusal by the access server with its status', async () => {
    const world = await makeExchangeWorld('person-token', { accessServer: as })
    expect(await callWhile(world, world.net.accessServer, 'deny')).toEqual([403, 'denied'])
  })
})

describe('an agent whose person server grants nothing', () => {
  it.each([
    ['deny', [403, 'denied']],
    ['no-token', [200, undefined]],
    ['not-json', [200, undefined]],
  ] as const)('rejects with the status and the code of the answer: %s', async (misbehaviour, refused) => {
    const world = await makeExchangeWorld('person-token')
    expect(await callWhile(world, world.net.personServer, misbehaviour)).toEqual(refused)
  })

  it('may abort the request to one that never answers', async () => {
    const { net } = await makeExchangeWorld('person-token')
    net.accessServer.policy.misbehaviour = 'never-answer'
    const gone = new AbortController()
    const asking = net.fetch(`${as}/auth-token`, { method: 'POST', body: '{}', signal: gone.signal })
    gone.abort(new Error('hung up'))
    await expect(asking).rejects.toThrow('hung up')
  })
})

describe('the resource, presented with a token that an agent should have refused,', () => {
  it.each([
    ['other-audience', 401, 'invalid_jwt'],
    ['other-key', 401, 'invalid_signature'],
    ['longer-life', 401, 'invalid_jwt'],
  ] as const)('refuses %s with %i %s', async (misbehaviour, status, code) => {
    const { agent, net } = await makeExchangeWorld('mission-header')
    net.personServer.policy.misbehaviour = misbehaviour
    const resourceToken = await challenge(agent, await agent.agentToken())
    const granted = await agent.fetch(
      `${ps}/token`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resource_token: resourceToken }),
      },
      { token: await agent.agentToken(), digest: true },
    )
    const { auth_token: token } = (await granted.json()) as { auth_token: string }
    const refused = await agent.fetch(`${notes}/notes`, {}, { token })
    expect([refused.status, ((await refused.json()) as { error: string }).error]).toEqual([status, code])
  })
})
