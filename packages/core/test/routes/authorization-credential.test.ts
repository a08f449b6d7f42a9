import { answerRoutes } from '@aauth-guard/core/adapter'
import { askForToken, notes, verdict, verified } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

describe('the authorization endpoint', () => {
  const requirement = 'requirement=person-token'
  it('challenges an unsigned request for a person token [RT-17, CHAL-2, R11-200, R11-206]', async () => {
    const { net, resource } = await makeWorld(notes)
    const bare = {
      method: 'POST',
      url: `${net.resource}/aauth/authorize`,
      target: '/aauth/authorize',
      headers: [],
      base: '',
    }
    const answer = await answerRoutes(resource, toSignedRequest(bare), () =>
      Promise.reject(new Error('read for an unauthenticated client')),
    )
    expect([answer?.status, answer?.headers]).toEqual([
      401,
      {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'signature-error': 'error=invalid_signature',
        'accept-signature-scheme': 'jwt',
        'accept-signature-alg': 'Ed25519, ES256',
        'aauth-requirement': requirement,
        link: '<https://notes.example/.well-known/aauth-resource.json>; rel="aauth-resource"',
      },
    ])
  })

  it('challenges an unsigned request for an agent token when person tokens are switched off [RT-17]', async () => {
    const { net, resource } = await makeWorld({ ...notes, generations: ['mission-header'] })
    const bare = {
      method: 'POST',
      url: `${net.resource}/aauth/authorize`,
      target: '/aauth/authorize',
      headers: [],
      base: '',
    }
    const answer = await answerRoutes(resource, toSignedRequest(bare), async () => new Uint8Array())
    expect(answer?.headers['aauth-requirement']).toBe('requirement=agent-token')
  })

  it('challenges an agent token for a person token when its person server supports draft 11 [RT-17, R11-200, R11-142, M01]', async () => {
    const world = await makeWorld(notes)
    const mission = { approver: 'https://ps.example', s256 }
    const answer = await askForToken(world, { token: await world.agent.agentToken(), mission })
    expect(verdict(answer)).toEqual([401, 'person_token_required', requirement])
  })

  it('accepts an agent token when its person server supports only drafts 01 to 10 [RT-17, RT-5, RT-8]', async () => {
    const world = await makeWorld(notes)
    world.net.personServer.generations = ['mission-header']
    const mission = { approver: 'https://ps.example', s256 }
    const { status, body } = await askForToken(world, { token: await world.agent.agentToken(), mission })
    const { payload } = await verified(world.resource, JSON.parse(body).resource_token)
    expect([status, payload.agent, payload.mission, payload.aud, payload.ps]).toEqual([
      200,
      'aauth:planner@agent.example',
      mission,
      'https://ps.example',
      undefined,
    ])
  })

  it.each([
    ['draft 11', 'person-token', 'person_token_required', requirement],
    ['drafts 01 to 10', 'mission-header', 'agent_token_required', 'requirement=agent-token'],
  ] as const)(
    'refuses an auth token of %s, and challenges for the token before it [RT-17, R11-200]',
    async (_, generation, code, asked) => {
      const world = await makeWorld(notes)
      const token = await world.agent.authToken({ scope: 'notes.read', generation })
      expect(verdict(await askForToken(world, { token }))).toEqual([401, code, asked])
    },
  )

  it('refuses an expired person token like any route [R11-201, CHAL-12]', async () => {
    const world = await makeWorld(notes)
    const token = await world.agent.personToken({ lifetime: 60 })
    world.net.clock.advance(60)
    const answer = await askForToken(world, { token })
    expect([...verdict(answer), answer.headers['signature-error']]).toEqual([
      401,
      'expired_jwt',
      requirement,
      'error=expired_jwt',
    ])
  })

  it('refuses a revoked person token like any route [RT-9, PERS-12, R11-161, R11-201]', async () => {
    const world = await makeWorld(notes)
    const token = await world.agent.personToken({ claims: { jti: 'pt-1' } })
    await world.resource.revoke({ iss: 'https://ps.example', jti: 'pt-1', exp: now + 3600 })
    const answer = await askForToken(world, { token })
    expect([...verdict(answer), answer.headers['signature-error']]).toEqual([
      401,
      'revoked_jwt',
      requirement,
      'error=revoked_jwt',
    ])
  })

  it('refuses a person token that is revoked while its content arrives [RT-9, PERS-12, R11-161]', async () => {
    const { net, resource, agent } = await makeWorld(notes)
    const token = await agent.personToken({ claims: { jti: 'pt-1' } })
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const signed = await agent.sign(`${net.resource}/aauth/authorize`, request, { token })
    const answer = await answerRoutes(resource, toSignedRequest(signed), async () => {
      await resource.revoke({ iss: 'https://ps.example', jti: 'pt-1', exp: now + 3600 })
      return new TextEncoder().encode('{"scope":"notes.read"}')
    })
    expect(answer && verdict(answer)).toEqual([401, 'revoked_jwt', requirement])
  })
})
