import type { AgentRequest } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proxies } from './installed-proxies.ts'
import { api, startWorld, type TargetWorld } from './target-world.ts'

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

const asking = (body: unknown): AgentRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

describe.each(['express', 'koa', 'fastify', 'hono', 'fetch', 'gateway', ...proxies])('on %s', (adapter) => {
  let world: TargetWorld
  beforeAll(async () => {
    world = await startWorld(adapter)
  }, 60_000)
  afterAll(() => world.end())

  const authorize = async (body: unknown): Promise<Response> =>
    world.call(await world.agent.personToken(), '/aauth/authorize', asking(body))

  it('the metadata states what is enforced and where the endpoints are [META-1, META-3, META-4, META-5]', async () => {
    const response = await fetch(`${world.target.url}/.well-known/aauth-resource.json`)
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        issuer: api,
        jwks_uri: `${api}/aauth/jwks.json`,
        access_mode: 'person-token',
        authorization_endpoint: `${api}/aauth/authorize`,
        revocation_endpoint: `${api}/aauth/revoke`,
        scope_descriptions: { 'data.read': 'Read your data' },
        signature_window: 60,
        additional_signature_components: [],
        accept_signature_algs: ['Ed25519', 'ES256'],
      },
    ])
  })

  it('the key set contains the signing key and the further published key [META-2]', async () => {
    const response = await fetch(`${world.target.url}/aauth/jwks.json`)
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] }
    expect(keys.map(({ kid, alg, d }) => [kid, alg, d])).toEqual([
      ['r1', 'Ed25519', undefined],
      ['r2', 'Ed25519', undefined],
    ])
  })

  it('the authorization endpoint issues a resource token, with an account of the person [RT-12, RT-17, RT-18]', async () => {
    const token = await world.agent.personToken()
    const response = await world.call(
      token,
      '/aauth/authorize',
      asking({ scope: 'data.read', account: 'a-1' }),
    )
    const { resource_token: resourceToken = '' } = (await response.json()) as { resource_token?: string }
    const { jti } = claimsOf(token)
    expect([response.status, claimsOf(resourceToken)]).toMatchObject([
      200,
      {
        aud: 'https://as.example',
        scope: 'data.read',
        account: 'a-1',
        presented_jti: jti,
        person_token_jti: jti,
      },
    ])
  })

  it.each([
    [{ scope: 'data.write' }, 'invalid_scope'],
    [{ scope: 'data.read', account: 'a-2' }, 'invalid_account'],
  ])('the authorization endpoint refuses %o with %s [RT-11, RT-12]', async (body, error) => {
    const response = await authorize(body)
    expect([response.status, await response.json()]).toMatchObject([400, { error }])
  })

  it('a token is refused once it was revoked [REV-6, REV-9]', async () => {
    const token = await world.agent.authToken({ scope: 'data.read' }, world.net.accessServer)
    const before = await world.call(token, '/read')
    const { jti, exp } = claimsOf(token) as { jti: string; exp: number }
    const answer = await world.net.accessServer.revoke(api, { jti, exp }, { via: world.target.url })
    const after = await world.call(token, '/read')
    expect([before.status, answer.status, await answer.text(), after.status]).toEqual([200, 200, '', 401])
    expect(after.headers.get('signature-error')).toBe('error=revoked_jwt')
  })

  it('a person server listed in revocationDelegates revokes a token of the access server [REV-4]', async () => {
    const token = await world.agent.authToken({ scope: 'data.read' }, world.net.accessServer)
    const body = { iss: 'https://as.example', jti: claimsOf(token).jti as string }
    const answer = await world.net.personServer.revoke(api, body, { via: world.target.url })
    const after = await world.call(token, '/read')
    expect([answer.status, after.status, after.headers.get('signature-error')]).toEqual([
      200,
      401,
      'error=revoked_jwt',
    ])
  })

  it('a server that is not the issuer cannot revoke a token [REV-4]', async () => {
    const body = { iss: 'https://ps.example', jti: 'x' }
    const answer = await world.net.accessServer.revoke(api, body, { via: world.target.url })
    expect([answer.status, await answer.json()]).toMatchObject([403, { error: 'unsupported_iss' }])
  })

  it('the trust of a route narrows that of the resource', async () => {
    const other = await world.call(await world.agent.agentToken(), '/ours')
    const token = await world.ourAgent.agentToken()
    const ours = await world.ourAgent.fetch(`${api}/ours`, {}, { token, via: world.target.url })
    expect([other.status, other.headers.get('signature-error'), ours.status]).toEqual([
      401,
      'error=invalid_jwt',
      200,
    ])
  })
})
