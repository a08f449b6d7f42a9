import { createResource } from '@aauth-guard/core'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adapters } from './apps/adapters.ts'

const api = 'https://api.example'
const ps = 'https://ps.example'
const as = 'https://as.example'
const rows = [
  ['three-party', 'person-token', ps, ['person-token', 'auth-token'], 'person-token'],
  ['four-party', 'person-token', as, ['person-token', 'auth-token'], 'person-token'],
  ['three-party', 'mission-header', ps, ['auth-token'], 'agent-token'],
  ['four-party', 'mission-header', as, ['auth-token'], 'agent-token'],
] as const
const combinations = (['express', 'koa', 'fastify', 'hono', 'fetch'] as const).flatMap((adapter) =>
  rows.map((row) => [adapter, ...row] as const),
)

describe.each(combinations)('on %s, %s, %s', (adapter, parties, generation, iss, challenges, renewal) => {
  let net: TestNetwork
  let agent: Agent
  beforeAll(async () => {
    net = await createTestNetwork({ resource: api })
    net.personServer.generations = [generation]
    net.accessServer.generations = [generation]
    const { fetch } = await net.serveIssuers()
    const resource = createResource({
      issuer: api,
      trust: 'any',
      scopes: { 'data.read': 'Read your data', 'data.write': 'Change your data' },
      defaultScope: 'data.read',
      fetch,
      ...(parties === 'four-party' && { accessServer: as }),
    })
    const routes = [
      { path: '/read', require: { scope: 'data.read' } },
      { path: '/write', require: { scope: 'data.write' } },
    ]
    await net.listen(adapters[adapter](resource, routes))
    agent = await net.agent()
  })
  afterAll(() => net.close())

  it('an agent that knows nothing about the resource gets to a granted call and then to a wider scope [CHAL-5, CHAL-6, CHAL-7, CHAL-8, RT-3]', async () => {
    const first = await agent.call(`${api}/read`)
    const { auth } = (await first.response.json()) as { auth: Record<string, unknown> }
    expect([first.challenges, auth]).toMatchObject([challenges, { generation, iss, scopes: ['data.read'] }])
    const wider = await agent.call(`${api}/write`, {}, { token: first.token })
    expect([wider.challenges, wider.response.status]).toEqual([['auth-token'], 200])
  })

  it('a token that its issuer revokes is refused, and the answer says which credential to bring [REV-6, REV-9, CHAL-14]', async () => {
    const { token } = await agent.call(`${api}/read`)
    const { jti, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      jti: string
      exp: number
    }
    const issuer = iss === as ? net.accessServer : net.personServer
    const answer = await issuer.revoke(api, { jti, exp })
    const { status, headers } = await agent.fetch(`${api}/read`, {}, { token })
    expect([answer.status, status, headers.get('signature-error'), headers.get('aauth-requirement')]).toEqual(
      [200, 401, 'error=revoked_jwt', `requirement=${renewal}`],
    )
  })
})
