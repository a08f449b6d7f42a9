import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { api, startWorld, type TargetWorld } from './target-world.ts'

const mission = 'TuQ3mRZ9kTjLsdcZAyqZJKXcdhsqLRKXVbhHVgBTAKI'
const baseCoverage = ['@method', '@authority', '@path', 'signature-key']

let world: TargetWorld
beforeAll(async () => {
  world = await startWorld()
}, 60_000)
afterAll(() => world.end())

describe('the target answers an accepted request with what the guard found', () => {
  it('for an auth token of drafts 01 to 10', async () => {
    const grant = { scope: 'data.read', generation: 'mission-header', mission } as const
    const response = await world.call(await world.agent.authToken(grant, world.net.accessServer), '/read')
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        auth: {
          type: 'auth-token',
          generation: 'mission-header',
          iss: 'https://as.example',
          sub: 'person-1',
          agent: 'aauth:planner@agent.example',
          scopes: ['data.read'],
          account: null,
          tenant: null,
          mission: { approver: 'https://ps.example', s256: mission },
          class: { provider: 'https://agent.example' },
          thumbprint: world.agent.key.thumbprint,
          jti: expect.any(String),
          exp: expect.any(Number),
          covered: baseCoverage,
        },
      },
    ])
  })

  it('for an auth token of draft 11', async () => {
    const grant = { scope: 'data.read', account: 'a-1', tenant: 't-1', mission } as const
    const response = await world.call(await world.agent.authToken(grant, world.net.accessServer), '/read')
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        auth: {
          type: 'auth-token',
          generation: 'person-token',
          iss: 'https://as.example',
          sub: 'person-1',
          ps: 'https://ps.example',
          scopes: ['data.read'],
          account: 'a-1',
          tenant: 't-1',
          mission: { approver: 'https://ps.example', s256: mission },
          thumbprint: world.agent.key.thumbprint,
          jti: expect.any(String),
          exp: expect.any(Number),
          covered: baseCoverage,
        },
      },
    ])
  })

  it.each([
    ['/agent', 'agent-token', () => world.agent.agentToken()],
    ['/person', 'person-token', () => world.agent.personToken()],
  ])('at %s for an %s', async (path, type, token) => {
    expect(await (await world.call(await token(), path)).json()).toMatchObject({ auth: { type } })
  })

  it('for a request without a credential, where the credential is optional', async () => {
    expect(await (await fetch(`${world.target.url}/optional`)).json()).toEqual({ auth: null })
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY'])(
    'for the method %s',
    async (method) => {
      expect((await world.call(await world.agent.agentToken(), '/agent', { method })).status).toBe(200)
    },
  )
})

describe('the target refuses', () => {
  it('an unsigned request', async () => {
    const response = await fetch(`${world.target.url}/read`)
    expect([response.status, response.headers.get('signature-error')]).toEqual([
      401,
      'error=invalid_signature',
    ])
  })

  it('with a resource token of its own signing key, for its access server', async () => {
    const response = await world.call(await world.agent.personToken(), '/read')
    const requirement = response.headers.get('aauth-requirement') ?? ''
    const [, resourceToken = ''] = /^requirement=auth-token;resource-token="(.*)"$/.exec(requirement) ?? []
    const keys = (await (await fetch(`${world.target.url}/aauth/jwks.json`)).json()) as JSONWebKeySet
    const { protectedHeader, payload } = await jwtVerify(resourceToken, createLocalJWKSet(keys))
    expect([protectedHeader.kid, payload.iss, payload.aud]).toEqual(['r1', api, 'https://as.example'])
  })

  it.each([
    ['redirect', 401, 'error=invalid_jwt'],
    ['other-issuer', 401, 'error=issuer_mismatch'],
    ['huge', 401, 'error=invalid_jwt'],
    ['server-error', 503, null],
  ] as const)('the token of an issuer whose documents are wrong: %s', async (how, status, error) => {
    const token = await world.wrong[how].personToken(world.agent)
    const response = await world.call(token, '/person')
    expect([response.status, response.headers.get('signature-error')]).toEqual([status, error])
  })

  it('the token of an issuer that no origin is configured for', async () => {
    const other = await world.net.issuer('person-server', 'https://unlisted.example')
    expect((await world.call(await other.personToken(world.agent), '/person')).status).toBe(503)
  })
})
