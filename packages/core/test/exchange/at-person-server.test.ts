import { verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission, otherS256 as otherMission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { type Grant, makeKey } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { as, makeScene, ps, type Scene, verdict } from './scene.ts'

const invalid = 'invalid_resource_token'
/** The person token of the scene, whose `jti` the resource token names. */
const presented: Grant = { claims: { jti: 'presented' }, mission, tenant: 'corp' }
const expired = { claims: { jti: 'presented', iat: now - 60 }, lifetime: 0 }

describe('verifyResourceToken at a person server, draft 11', () => {
  it('returns what the resource asks for and what the auth token must be bound to', async () => {
    const { resourceToken, atPersonServer, agent } = await makeScene()
    const verified = await verifyResourceToken(await resourceToken(), atPersonServer())
    expect(verified).toMatchObject({
      verified: true,
      forwards: false,
      generation: 'person-token',
      scopes: ['notes.read', 'notes.write'],
      sub: 'person-1',
      mission: { approver: ps, s256: mission },
      tenant: 'corp',
      jwk: agent.key.jwk,
      latestExp: now + 3600,
    })
  })

  it('reports that one for an access server is to be forwarded', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const token = await resourceToken({ claims: { aud: as } })
    expect((await verifyResourceToken(token, atPersonServer())).forwards).toBe(true)
  })

  it('limits the life of the auth token to that of the agent token', async () => {
    const { resourceToken, atPersonServer, agent } = await makeScene()
    const context = atPersonServer({ agentToken: await agent.agentToken({ lifetime: 100 }) })
    expect((await verifyResourceToken(await resourceToken(), context)).latestExp).toBe(now + 100)
  })

  it.each(['personServer', 'accessServer'] as const)(
    'accepts an auth token of the %s as the presented token of a step-up',
    async (issuer) => {
      const { resourceToken, atPersonServer, agent, net } = await makeScene()
      const presentedToken = await agent.authToken({ ...presented, lifetime: 200 }, net[issuer])
      const context = atPersonServer({ presentedToken, accessServers: [as] })
      expect((await verifyResourceToken(await resourceToken(), context)).latestExp).toBe(now + 200)
    },
  )

  it.each([undefined, [], ['https://other-as.example']])(
    'refuses a presented auth token of an access server that is not listed, when the list is %j',
    async (accessServers) => {
      const { resourceToken, atPersonServer, agent, net } = await makeScene()
      const presentedToken = await agent.authToken(presented, net.accessServer)
      const context = atPersonServer({ presentedToken, accessServers })
      expect(await verdict(verifyResourceToken(await resourceToken(), context))).toBe(
        'invalid_presented_token',
      )
    },
  )

  it.each([
    ['names another person server', { ps: 'https://other-ps.example' }],
    ['names another key', { agent_jkt: otherMission }],
    ['names another presented token', { presented_jti: 'another' }],
    ['names another person', { sub: 'person-2' }],
    ['was stripped of its mission', { mission_s256: undefined }],
    ['names another mission', { mission_s256: otherMission }],
    ['was stripped of its tenant', { tenant: undefined }],
    ['names another tenant', { tenant: 'other' }],
  ])('refuses a resource token that %s', async (_, claims) => {
    const { resourceToken, atPersonServer } = await makeScene()
    expect(await verdict(verifyResourceToken(await resourceToken({ claims }), atPersonServer()))).toBe(
      invalid,
    )
  })

  it.each<readonly [string, string, (scene: Scene) => Promise<string>]>([
    [
      'of another mission',
      invalid,
      ({ agent }) => agent.personToken({ ...presented, mission: otherMission }),
    ],
    ['of another tenant', invalid, ({ agent }) => agent.personToken({ ...presented, tenant: 'other' })],
    [
      'of another person server',
      invalid,
      async ({ net, agent }) =>
        (await net.issuer('person-server', 'https://other-ps.example')).personToken(agent, presented),
    ],
    [
      'for another resource',
      'invalid_presented_token',
      ({ agent }) => agent.personToken({ ...presented, aud: 'https://other.example' }),
    ],
    [
      'of another key',
      'invalid_presented_token',
      async ({ net }) => (await net.agent({ name: 'other' })).personToken(presented),
    ],
    [
      'that is forged',
      'invalid_presented_token',
      async ({ agent }) =>
        agent.personToken({ ...presented, key: await makeKey('forger', 'key-1', 'Ed25519') }),
    ],
    [
      'that expired',
      'expired_presented_token',
      ({ agent }) => agent.personToken({ ...presented, ...expired }),
    ],
    ['that is an agent token', 'invalid_presented_token', async ({ agentToken }) => agentToken],
    [
      'of drafts 01 to 10',
      'invalid_presented_token',
      ({ agent }) => agent.authToken({ ...presented, generation: 'mission-header' }),
    ],
  ])('refuses a presented token %s with %s', async (_, code, mint) => {
    const scene = await makeScene()
    const context = scene.atPersonServer({ presentedToken: await mint(scene) })
    expect(await verdict(verifyResourceToken(await scene.resourceToken(), context))).toBe(code)
  })

  it('requires the presented token', async () => {
    const { resourceToken, atPersonServer } = await makeScene()
    const context = atPersonServer({ presentedToken: undefined })
    expect(await verdict(verifyResourceToken(await resourceToken(), context))).toBe('invalid_request')
  })

  it.each<readonly [string, string, (scene: Scene) => Promise<string>]>([
    ['that is a person token', 'invalid_agent_token', async ({ personToken }) => personToken],
    [
      'of another key than the request',
      'invalid_agent_token',
      async ({ net }) => (await net.agent({ name: 'other' })).agentToken(),
    ],
    ['that expired', 'expired_agent_token', ({ agent }) => agent.agentToken(expired)],
    [
      'of a sub-agent, which asks through its parent',
      'invalid_request',
      ({ agent }) => agent.agentToken({ claims: { parent_agent: 'aauth:parent@agent.example' } }),
    ],
  ])('refuses an agent token %s with %s', async (_, code, mint) => {
    const scene = await makeScene()
    const context = scene.atPersonServer({ agentToken: await mint(scene) })
    expect(await verdict(verifyResourceToken(await scene.resourceToken(), context))).toBe(code)
  })
})

describe('verifyResourceToken at a person server, drafts 01 to 10', () => {
  it('does not require a presented token', async () => {
    const { olderResourceToken, atPersonServer, agent } = await makeScene()
    const context = atPersonServer({ presentedToken: undefined })
    expect(await verifyResourceToken(await olderResourceToken(), context)).toMatchObject({
      generation: 'mission-header',
      agent: agent.id,
      mission: { approver: ps, s256: mission },
      latestExp: now + 86_400,
    })
  })

  it.each([
    ['names another agent', { agent: 'aauth:other@agent.example' }],
    ['names another key', { agent_jkt: otherMission }],
    [
      'names a mission of another approver',
      { mission: { approver: 'https://other-ps.example', s256: mission } },
    ],
  ])('refuses a resource token that %s', async (_, claims) => {
    const { olderResourceToken, atPersonServer } = await makeScene()
    expect(await verdict(verifyResourceToken(await olderResourceToken({ claims }), atPersonServer()))).toBe(
      invalid,
    )
  })
})
