import type { AAuthError, Generation } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { mission, s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'

const accessServer = 'https://as.example'
const scopes = { read: 'Read', write: 'Write' }
const options = { signingKey, scopes, defaultScope: 'read' }
const mine = {
  iss: 'https://notes.example',
  dwk: 'aauth-resource.json',
  jti: expect.any(String),
  iat: now,
  exp: now + 300,
}

function tokenOf({ headers }: AAuthError): string {
  return /;resource-token="([^"]+)"$/.exec(headers['aauth-requirement'] ?? '')?.[1] ?? ''
}

const claims = (refusal: AAuthError): Record<string, unknown> => decodeJwt(tokenOf(refusal))

describe('a resource token, person-token generation', () => {
  it('has the person, mission and tenant of the person token it answers, and nothing of the agent [RT-4, RT-6, RT-14, R11-162, R11-163, R11-280, L01, M02]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const token = await agent.personToken({ mission: s256, tenant: 'acme', claims: { jti: 'pt-1' } })
    expect(claims(await refusal(token))).toEqual({
      ...mine,
      aud: 'https://ps.example',
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'pt-1',
      person_token_jti: 'pt-1',
      agent_jkt: agent.key.thumbprint,
      mission_s256: s256,
      tenant: 'acme',
      scope: 'read',
    })
  })

  it('has no mission or tenant that the person token lacks [RT-6, R11-163, R11-280]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const issued = claims(await refusal(await agent.personToken()))
    expect(Object.keys(issued).sort()).toEqual([
      'agent_jkt',
      'aud',
      'dwk',
      'exp',
      'iat',
      'iss',
      'jti',
      'person_token_jti',
      'presented_jti',
      'ps',
      'scope',
      'sub',
    ])
  })

  it('names the auth token that a step-up answers, with its account and both scopes [RT-3, R11-146]', async () => {
    const { agent, refusal } = await makeWorld(options)
    const token = await agent.authToken({
      scope: 'read',
      account: 'ws-7',
      mission: s256,
      claims: { jti: 'at-1' },
    })
    expect(claims(await refusal(token, { requirement: { scope: 'write' } }))).toEqual({
      ...mine,
      aud: 'https://ps.example',
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'at-1',
      agent_jkt: agent.key.thumbprint,
      mission_s256: s256,
      account: 'ws-7',
      scope: 'read write',
    })
  })

  it('is for the access server if there is one, and keeps the person server of the token [RT-3, R11-166]', async () => {
    const { agent, refusal } = await makeWorld({ ...options, accessServer })
    expect(claims(await refusal(await agent.personToken()))).toMatchObject({
      aud: accessServer,
      ps: 'https://ps.example',
    })
  })

  it('is for the issuer of the person token, whatever the agent token names [R11-048, R11-166, M06]', async () => {
    const { net, agent, refusal } = await makeWorld(options)
    const other = await net.issuer('person-server', 'https://other-ps.example')
    await refusal(await agent.agentToken())
    expect(claims(await refusal(await other.personToken(agent)))).toMatchObject({
      aud: 'https://other-ps.example',
      ps: 'https://other-ps.example',
    })
  })
})

describe('a resource token, mission-header generation', () => {
  const old = { ...options, generations: ['mission-header'] satisfies Generation[] }

  it('names the agent and never a person [RT-3, RT-4, RT-5, RT-14]', async () => {
    const { agent, refusal } = await makeWorld(old)
    expect(claims(await refusal(await agent.agentToken()))).toEqual({
      ...mine,
      aud: 'https://ps.example',
      agent: 'aauth:planner@agent.example',
      agent_jkt: agent.key.thumbprint,
      scope: 'read',
    })
  })

  it('has the mission of a covered header [RT-8, MISS-4]', async () => {
    const { agent, refusal } = await makeWorld(old)
    expect(claims(await refusal(await agent.agentToken(), { mission }))).toMatchObject({ mission })
  })

  it('has the mission of the auth token that a step-up answers [RT-5, RT-8, RT-14]', async () => {
    const { agent, refusal } = await makeWorld(old)
    const token = await agent.authToken({
      scope: 'read',
      mission: s256,
      account: 'ws-7',
      generation: 'mission-header',
    })
    expect(claims(await refusal(token, { requirement: { scope: 'write' } }))).toEqual({
      ...mine,
      aud: 'https://ps.example',
      agent: 'aauth:planner@agent.example',
      agent_jkt: agent.key.thumbprint,
      mission,
      account: 'ws-7',
      scope: 'read write',
    })
  })
})
