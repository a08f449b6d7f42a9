import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { toRequest } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { makeExchangeWorld, notes } from './exchange-world.ts'
import { ask, post } from './token-request.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'

const claimsOf = ([, { person_token: token = '' }]: Awaited<ReturnType<typeof ask>>) => decodeJwt(token)

describe('the person token endpoint', () => {
  it('issues a token that names the person to one resource only, bound to the key of the agent', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const here = claimsOf(await ask(agent, '/person-token', { resource: notes }))
    const again = claimsOf(
      await ask(await net.agent({ name: 'other' }), '/person-token', { resource: notes }),
    )
    const there = claimsOf(await ask(agent, '/person-token', { resource: 'https://mail.example' }))
    expect([here.aud, here.iss, here.cnf]).toEqual([notes, ps, { jwk: agent.key.jwk }])
    expect([again.sub === here.sub, there.sub === here.sub]).toEqual([true, false])
  })

  it('issues no token that outlives the agent token', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const token = await agent.agentToken({ lifetime: 90 })
    expect(claimsOf(await ask(agent, '/person-token', { resource: notes }, { token })).exp).toBe(now + 90)
  })

  it('issues a token for the sub-agent of the parent that asks', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const child = await net.agent({ name: 'planner+child' })
    const subagent = await child.agentToken({ claims: { parent_agent: agent.id } })
    const other = await child.agentToken({ claims: { parent_agent: 'aauth:other@agent.example' } })
    const granted = await ask(agent, '/person-token', { resource: notes, subagent_token: subagent })
    const refused = await ask(agent, '/person-token', { resource: notes, subagent_token: other })
    expect([claimsOf(granted).cnf, refused]).toEqual([
      { jwk: child.key.jwk },
      [400, { error: 'invalid_subagent_token' }],
    ])
  })

  it('refuses a sub-agent that asks for itself', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const token = await agent.agentToken({ claims: { parent_agent: 'aauth:parent@agent.example' } })
    expect(await ask(agent, '/person-token', { resource: notes }, { token })).toEqual([
      400,
      { error: 'invalid_request' },
    ])
  })

  it('adds a mission while it is active, and refuses it after its termination', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const body = { resource: notes, mission_s256: mission }
    const running = claimsOf(await ask(agent, '/person-token', body))
    net.personServer.policy.endedMissions = [mission]
    expect([running.mission_s256, await ask(agent, '/person-token', { ...body, x: '' })]).toEqual([
      mission,
      [403, { error: 'mission_terminated', mission_status: 'terminated' }],
    ])
  })

  it.each([
    ['no resource', {}],
    ['a resource with a path', { resource: `${notes}/` }],
    ['a mission that is not a digest', { resource: notes, mission_s256: 'short' }],
    ['no content', null],
    ['text that is not JSON', '{'],
  ])('refuses %s', async (_, body) => {
    const { agent } = await makeExchangeWorld('person-token')
    expect(await ask(agent, '/person-token', body)).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('a token endpoint', () => {
  it('refuses an unsigned request, over a socket of its own', async () => {
    const { origins } = await makeExchangeWorld('person-token')
    const response = await fetch(`${origins[ps]}/person-token`, { method: 'POST', body: '{}' })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('refuses content that the signature does not cover', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const [status, { error }] = await ask(agent, '/person-token', { resource: notes }, { digest: false })
    expect([status, error]).toEqual([401, 'invalid_input'])
  })

  it('refuses content that was changed on the way', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const message = await agent.sign(`${ps}/person-token`, post({ resource: notes }), {
      token: await agent.agentToken(),
      digest: true,
    })
    const body = new TextEncoder().encode('{"resource":"https://mail.example"}')
    const response = await net.fetch(toRequest({ ...message, body }))
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('refuses a person token in place of an agent token', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const token = await agent.personToken({ aud: ps })
    const [status, { error }] = await ask(agent, '/person-token', { resource: notes }, { token })
    expect([status, error]).toEqual([401, 'invalid_jwt'])
  })

  it('of an access server refuses agents', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const response = await agent.fetch(`${as}/auth-token`, post({}), {
      token: await agent.agentToken(),
      digest: true,
    })
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=unsupported_scheme',
    ])
  })

  it('exists only for the served generations', async () => {
    const { agent } = await makeExchangeWorld('mission-header')
    const response = await agent.fetch(`${ps}/auth-token`, post({}), {
      token: await agent.agentToken(),
      digest: true,
    })
    expect(response.status).toBe(404)
  })
})
