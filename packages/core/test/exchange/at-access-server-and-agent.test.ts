import { type AtAccessServer, type AtAgent, verifyResourceToken } from '@aauth-guard/core/exchange'
import { otherS256 as otherMission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { as, makeScene, ps, type Scene, verdict } from './scene.ts'

const invalid = 'invalid_resource_token'

describe('verifyResourceToken at an access server', () => {
  it.each(['resourceToken', 'olderResourceToken'] as const)('accepts a %s that is for it', async (which) => {
    const scene = await makeScene()
    const token = await scene[which]({ claims: { aud: as } })
    expect((await verifyResourceToken(token, scene.atAccessServer())).aud).toBe(as)
  })

  it('accepts one of an agent without a person server in drafts 01 to 10', async () => {
    const { olderResourceToken, atAccessServer } = await makeScene()
    const token = await olderResourceToken({ claims: { aud: as, mission: undefined } })
    const context = atAccessServer({ personServer: undefined })
    expect(await verdict(verifyResourceToken(token, context))).toBe('accepted')
  })

  it('refuses one for another server without fetching keys', async () => {
    const { resourceToken, atAccessServer, net } = await makeScene()
    const checked = verifyResourceToken(await resourceToken(), atAccessServer())
    expect([await verdict(checked), net.fetches]).toEqual([invalid, []])
  })

  it.each<readonly [string, string, object, (scene: Scene) => Promise<Partial<AtAccessServer>>]>([
    [
      'names another person server than the caller',
      invalid,
      {},
      async () => ({ personServer: 'https://other-ps.example' }),
    ],
    ['comes without person server', invalid, {}, async () => ({ personServer: undefined })],
    [
      'names another key than the agent token',
      invalid,
      {},
      async ({ net }) => ({ agentToken: await (await net.agent({ name: 'other' })).agentToken() }),
    ],
    [
      'comes with an agent token that expired',
      'expired_agent_token',
      {},
      async ({ agent }) => ({
        agentToken: await agent.agentToken({ claims: { iat: now - 60 }, lifetime: 0 }),
      }),
    ],
    [
      'comes with only the agent token of a sub-agent',
      'invalid_request',
      {},
      async ({ agent }) => ({
        agentToken: await agent.agentToken({ claims: { parent_agent: 'aauth:parent@agent.example' } }),
      }),
    ],
    ['names another presented token', invalid, { presented_jti: 'another' }, async () => ({})],
    ['was stripped of its mission', invalid, { mission_s256: undefined }, async () => ({})],
  ])('refuses one that %s with %s', async (_, code, claims, contextOf) => {
    const scene = await makeScene()
    const token = await scene.resourceToken({ claims: { aud: as, ...claims } })
    expect(await verdict(verifyResourceToken(token, scene.atAccessServer(await contextOf(scene))))).toBe(code)
  })

  it('refuses a mission of drafts 01 to 10 that no person server vouches for', async () => {
    const { olderResourceToken, atAccessServer } = await makeScene()
    const token = await olderResourceToken({ claims: { aud: as } })
    const context = atAccessServer({ personServer: undefined })
    expect(await verdict(verifyResourceToken(token, context))).toBe(invalid)
  })
})

describe('verifyResourceToken at the agent', () => {
  it.each([
    [false, ps],
    [true, as],
  ])('answers %s to whether its person server will forward one for %s', async (forwards, aud) => {
    const { resourceToken, atAgent } = await makeScene()
    const token = await resourceToken({ claims: { aud } })
    expect((await verifyResourceToken(token, atAgent())).forwards).toBe(forwards)
  })

  it('refuses one of another resource than it called without fetching keys [R11-301]', async () => {
    const { resourceToken, atAgent, net } = await makeScene()
    const checked = verifyResourceToken(
      await resourceToken(),
      atAgent({ resource: 'https://called.example' }),
    )
    expect([await verdict(checked), net.fetches]).toEqual([invalid, []])
  })

  it.each<readonly [string, Readonly<Record<string, unknown>>, Partial<AtAgent>]>([
    ['another person server than its own', {}, { personServer: 'https://other-ps.example' }],
    ['a person server while it has none', {}, { personServer: undefined }],
    ['another person', { sub: 'person-2' }, {}],
    ['another presented token', { presented_jti: 'another' }, {}],
    ['another key', { agent_jkt: otherMission }, {}],
    ['another mission', { mission_s256: otherMission }, {}],
  ])('refuses one that names %s [R11-301]', async (_, claims, context) => {
    const { resourceToken, atAgent } = await makeScene()
    expect(await verdict(verifyResourceToken(await resourceToken({ claims }), atAgent(context)))).toBe(
      invalid,
    )
  })

  it('refuses when its agent token is bound to another key', async () => {
    const { resourceToken, atAgent } = await makeScene()
    const context = atAgent({ requestKey: otherMission })
    expect(await verdict(verifyResourceToken(await resourceToken(), context))).toBe('invalid_agent_token')
  })

  it('lets a sub-agent check the token it was given', async () => {
    const { resourceToken, atAgent, agent } = await makeScene()
    const agentToken = await agent.agentToken({ claims: { parent_agent: 'aauth:parent@agent.example' } })
    expect(await verdict(verifyResourceToken(await resourceToken(), atAgent({ agentToken })))).toBe(
      'accepted',
    )
  })
})
