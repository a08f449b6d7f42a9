import type { Trust } from '@aauth-guard/core'
import { agentRoute, personRoute } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const elsewhere = { personServers: ['https://other.example'] }

describe('the trust of a route', () => {
  it.each<[string, Trust]>([
    ['lists another issuer', elsewhere],
    ['leaves the role out', { agentProviders: 'any' }],
    ['has a predicate that says no', { personServers: () => false }],
  ])('refuses before any fetch when it %s [JWT-7]', async (_, trust) => {
    const { refusal, agent, net } = await makeWorld()
    const { code, status } = await refusal(await agent.personToken(), {
      requirement: { ...personRoute, trust },
    })
    expect([code, status, net.fetches]).toEqual(['invalid_jwt', 401, []])
  })

  it('accepts an issuer that both the resource and the route list', async () => {
    const { call, agent } = await makeWorld({ trust: { personServers: ['https://ps.example'] } })
    const requirement = { ...personRoute, trust: { personServers: ['https://ps.example'] } }
    expect((await call(await agent.personToken(), { requirement })).type).toBe('person-token')
  })

  it("cannot widen the trust of the resource, not even with 'any' [JWT-7]", async () => {
    const { refusal, agent, net } = await makeWorld({ trust: elsewhere })
    const { code } = await refusal(await agent.personToken(), {
      requirement: { ...personRoute, trust: 'any' },
    })
    expect([code, net.fetches]).toEqual(['invalid_jwt', []])
  })

  it('cannot add an access server that the resource does not have [R11-063, G11]', async () => {
    const { refusal, agent, net } = await makeWorld()
    const { code } = await refusal(await agent.authToken({}, net.accessServer), {
      requirement: { trust: { accessServers: ['https://as.example'] } },
    })
    expect([code, net.fetches]).toEqual(['invalid_jwt', []])
  })

  it('excludes the access server of the resource when it does not list it', async () => {
    const { refusal, agent, net } = await makeWorld({ accessServer: 'https://as.example' })
    const { code } = await refusal(await agent.authToken({}, net.accessServer), {
      requirement: { trust: { accessServers: [] } },
    })
    expect([code, net.fetches]).toEqual(['invalid_jwt', []])
  })

  it('is checked again for a token that was verified on another route', async () => {
    const { call, refusal, agent } = await makeWorld()
    const token = await agent.personToken()
    await call(token, { requirement: personRoute })
    const { code } = await refusal(token, { requirement: { ...personRoute, trust: elsewhere } })
    expect(code).toBe('invalid_jwt')
  })

  it('is checked again for a token whose keys are due for renewal', async () => {
    const { call, refusal, agent, net } = await makeWorld()
    const token = await agent.agentToken()
    await call(token, { requirement: agentRoute })
    net.clock.advance(599)
    const { code } = await refusal(token, { requirement: { ...agentRoute, trust: elsewhere } })
    expect(code).toBe('invalid_jwt')
  })
})
