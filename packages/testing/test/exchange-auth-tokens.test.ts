import { toRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { challenge, makeExchangeWorld } from './exchange-world.ts'
import { ask } from './token-request.ts'

const as = 'https://as.example'

describe('the auth token endpoint', () => {
  it('refuses a resource token without the presented token', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const shown = await agent.personToken()
    const other = await agent.personToken()
    const resourceToken = await challenge(agent, shown)
    expect(
      await ask(agent, '/auth-token', { resource_token: resourceToken, presented_token: other }),
    ).toEqual([400, { error: 'invalid_resource_token' }])
  })

  it.each(['/auth-token', '/token'])(
    'refuses the resource token of the other generation at %s',
    async (path) => {
      const { agent, net } = await makeExchangeWorld(path === '/token' ? 'person-token' : 'mission-header')
      const token = path === '/token' ? await agent.personToken() : await agent.agentToken()
      const resourceToken = await challenge(agent, token)
      net.personServer.generations = ['person-token', 'mission-header']
      expect(await ask(agent, path, { resource_token: resourceToken, presented_token: token })).toEqual([
        400,
        { error: 'invalid_resource_token' },
      ])
    },
  )

  it('requires a resource token', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    expect(await ask(agent, '/auth-token', {})).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('the access server', () => {
  it('refuses the resource token of the other generation', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    const token = await agent.personToken()
    const body = {
      resource_token: await challenge(agent, token),
      presented_token: token,
      agent_token: await agent.agentToken(),
    }
    net.accessServer.generations = ['person-token', 'mission-header']
    const message = await net.personServer.signServer(`${as}/token`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const response = await net.fetch(toRequest(message))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_resource_token' }])
  })

  it('refuses a resource token that another person server sends', async () => {
    const { agent, net } = await makeExchangeWorld('person-token', { accessServer: as })
    const token = await agent.personToken()
    const resourceToken = await challenge(agent, token)
    const other = await net.issuer('person-server', 'https://other-ps.example')
    const body = {
      resource_token: resourceToken,
      presented_token: token,
      agent_token: await agent.agentToken(),
    }
    const message = await other.signServer(`${as}/auth-token`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const response = await net.fetch(toRequest(message))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_resource_token' }])
  })

  it('requires a resource token and the agent token', async () => {
    const { net } = await makeExchangeWorld('person-token')
    const message = await net.personServer.signServer(`${as}/auth-token`, {
      headers: { 'content-type': 'application/json' },
      body: '{"resource_token":"x"}',
    })
    const response = await net.fetch(toRequest(message))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }])
  })
})
