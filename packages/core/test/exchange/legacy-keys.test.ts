import { verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { makeScene, verdict } from './scene.ts'

describe('keys without alg, which drafts 01 to 10 allow', () => {
  it('cannot be bound to a person token of draft 11', async () => {
    const { agent, resourceToken, atPersonServer } = await makeScene()
    const { alg: _, ...jwk } = agent.key.jwk
    const claims = { jti: 'presented', cnf: { jwk } }
    const context = atPersonServer({
      presentedToken: await agent.personToken({ claims, mission, tenant: 'corp' }),
    })
    expect(await verdict(verifyResourceToken(await resourceToken(), context))).toBe('invalid_presented_token')
  })

  it('cannot sign a person token of draft 11', async () => {
    const { net, resourceToken, atPersonServer } = await makeScene()
    net.personServer.misbehave('no-alg')
    expect(await verdict(verifyResourceToken(await resourceToken(), atPersonServer()))).toBe(
      'invalid_presented_token',
    )
  })

  it.each([
    ['accepted', 'verify agent tokens while those drafts are served', undefined],
    ['invalid_agent_token', 'verify nothing when only draft 11 is served', ['person-token']],
  ] as const)('at an agent provider: %s, they %s', async (outcome, _, generations) => {
    const scene = await makeScene(generations && { generations })
    scene.net.agentProvider.misbehave('no-alg')
    const token = await scene.resourceToken()
    expect(await verdict(verifyResourceToken(token, scene.atPersonServer()))).toBe(outcome)
  })
})
