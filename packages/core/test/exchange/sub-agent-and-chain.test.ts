import { verifyResourceToken } from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import type { Agent } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { as, makeScene, notes, type Scene, verdict } from './scene.ts'

interface Family extends Scene {
  readonly child: Agent
  /** Of the child, naming the agent of the scene as its parent. */
  readonly subagentToken: string
  /** For the key of the child, which presented `shown`. */
  readonly askedFor: string
  readonly shown: string
}

async function makeFamily(): Promise<Family> {
  const scene = await makeScene()
  const child = await scene.net.agent({ name: 'planner+child' })
  return {
    ...scene,
    child,
    subagentToken: await child.agentToken({ claims: { parent_agent: scene.agent.id }, lifetime: 500 }),
    askedFor: await scene.resourceToken({ claims: { agent_jkt: child.key.thumbprint } }),
    shown: await child.personToken({ claims: { jti: 'presented' }, mission, tenant: 'corp' }),
  }
}

describe('subagent_token', () => {
  it('binds the auth token to the key of the sub-agent and limits its life, when the parent asks', async () => {
    const { atPersonServer, subagentToken, askedFor, shown, child } = await makeFamily()
    const context = atPersonServer({ subagentToken, presentedToken: shown })
    const { jwk, latestExp } = await verifyResourceToken(askedFor, context)
    expect([jwk, latestExp]).toEqual([child.key.jwk, now + 500])
  })

  it('does not outlive the token of its parent', async () => {
    const { agent, atPersonServer, subagentToken, askedFor, shown } = await makeFamily()
    const agentToken = await agent.agentToken({ lifetime: 100 })
    const context = atPersonServer({ agentToken, subagentToken, presentedToken: shown })
    expect((await verifyResourceToken(askedFor, context)).latestExp).toBe(now + 100)
  })

  it('is sent to the access server beside the token of the parent', async () => {
    const { atAccessServer, subagentToken, resourceToken, shown, child } = await makeFamily()
    const token = await resourceToken({ claims: { aud: as, agent_jkt: child.key.thumbprint } })
    const context = atAccessServer({ subagentToken, presentedToken: shown })
    expect((await verifyResourceToken(token, context)).jwk).toEqual(child.key.jwk)
  })

  it('is refused when the resource token names the key of the parent', async () => {
    const { atPersonServer, subagentToken, resourceToken } = await makeFamily()
    const context = atPersonServer({ subagentToken })
    expect(await verdict(verifyResourceToken(await resourceToken(), context))).toBe('invalid_resource_token')
  })

  it.each([
    ['another parent', { claims: { parent_agent: 'aauth:other@agent.example' } }, 'invalid_subagent_token'],
    ['no parent', {}, 'invalid_subagent_token'],
    ['a parent, and expired', { claims: { iat: now - 60 }, lifetime: 0 }, 'expired_subagent_token'],
  ] as const)('is refused when it names %s', async (_, changes, code) => {
    const { atPersonServer, child, askedFor, shown } = await makeFamily()
    const context = atPersonServer({ subagentToken: await child.agentToken(changes), presentedToken: shown })
    expect(await verdict(verifyResourceToken(askedFor, context))).toBe(code)
  })

  it('is refused when it is not an agent token', async () => {
    const { atPersonServer, askedFor, shown } = await makeFamily()
    const context = atPersonServer({ subagentToken: shown, presentedToken: shown })
    expect(await verdict(verifyResourceToken(askedFor, context))).toBe('invalid_subagent_token')
  })

  it('is refused when another provider issued it', async () => {
    const { net, agent, atPersonServer, shown, askedFor, child } = await makeFamily()
    const provider = await net.issuer('agent-provider', 'https://other-agent.example')
    const claims = { parent_agent: agent.id, sub: child.id }
    const context = atPersonServer({
      subagentToken: await provider.agentToken(child, { claims }),
      presentedToken: shown,
    })
    expect(await verdict(verifyResourceToken(askedFor, context))).toBe('invalid_subagent_token')
  })
})

interface Chain extends Scene {
  /** The resource that makes further calls, as an agent of its own. */
  readonly intermediary: Agent
  readonly ask: string
  contextWith(upstreamToken: string): ReturnType<Scene['atPersonServer']>
}

/** `calls.example` was called with an upstream token, and calls the notes. */
async function makeChain(): Promise<Chain> {
  const scene = await makeScene()
  const provider = await scene.net.issuer('agent-provider', 'https://calls.example')
  const intermediary = await scene.net.agent({ name: 'service', provider })
  const agentToken = await intermediary.agentToken()
  const presentedToken = await intermediary.personToken({
    claims: { jti: 'presented' },
    mission,
    tenant: 'corp',
  })
  return {
    ...scene,
    intermediary,
    ask: await scene.resourceToken({ claims: { agent_jkt: intermediary.key.thumbprint } }),
    contextWith: (upstreamToken) =>
      scene.atPersonServer({
        requestKey: intermediary.key.thumbprint,
        agentToken,
        presentedToken,
        upstreamToken,
      }),
  }
}

describe('upstream_token', () => {
  it.each(['personToken', 'authToken'] as const)(
    'may be a %s for the intermediary, bound to any key, and limits the life of the auth token',
    async (kind) => {
      const { agent, ask, contextWith } = await makeChain()
      const upstream = await agent[kind]({ aud: 'https://calls.example', lifetime: 120 })
      expect((await verifyResourceToken(ask, contextWith(upstream))).latestExp).toBe(now + 120)
    },
  )

  it('may come from an access server in drafts 01 to 10, and then does not name a person server', async () => {
    const { net, agent, intermediary, olderResourceToken, contextWith } = await makeChain()
    const token = await olderResourceToken({
      claims: { agent: intermediary.id, agent_jkt: intermediary.key.thumbprint },
    })
    const grant = { aud: 'https://calls.example', generation: 'mission-header', scope: 'access' } as const
    const upstream = await net.accessServer.authToken(agent, grant)
    const context = { ...contextWith(upstream), accessServers: [net.accessServer.id] }
    expect(await verdict(verifyResourceToken(token, context))).toBe('accepted')
  })

  it.each<readonly [string, string, (chain: Chain) => Promise<string>]>([
    ['is for another resource', 'invalid_upstream_token', ({ agent }) => agent.personToken({ aud: notes })],
    ['is an agent token', 'invalid_upstream_token', ({ agent }) => agent.agentToken()],
    [
      'is of an access server of its own making',
      'invalid_upstream_token',
      async ({ net, agent }) =>
        agent.authToken(
          { aud: 'https://calls.example', sub: 'victim' },
          await net.issuer('access-server', 'https://rogue-as.example'),
        ),
    ],
    [
      'expired',
      'expired_upstream_token',
      ({ agent }) =>
        agent.personToken({ aud: 'https://calls.example', claims: { iat: now - 60 }, lifetime: 0 }),
    ],
    [
      'is of another person server',
      'invalid_upstream_token',
      async ({ net, agent }) =>
        (await net.issuer('person-server', 'https://other-ps.example')).personToken(agent, {
          aud: 'https://calls.example',
        }),
    ],
  ])('is refused when it %s, with %s', async (_, code, mint) => {
    const chain = await makeChain()
    expect(await verdict(verifyResourceToken(chain.ask, chain.contextWith(await mint(chain))))).toBe(code)
  })
})
