import type { AgentAuth } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute as requirement } from '@aauth-guard/fixtures/requirements'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

type Claims = Readonly<Record<string, unknown>>
type Fault = readonly [fault: string, ids: string, claims: Claims]

const world = await makeWorld()
const { agent, net } = world
const accept = async (claims: Claims): Promise<AgentAuth> =>
  (await world.call(await agent.agentToken({ claims }), { requirement })) as AgentAuth

const faults: readonly Fault[] = [
  ['no sub', '[AGENT-1, R11-004]', { sub: undefined }],
  ['a sub without scheme', '[AGENT-1, R11-004, G17]', { sub: 'planner@agent.example' }],
  ['an empty local part', '[AGENT-1, R11-004, G17]', { sub: 'aauth:@agent.example' }],
  ['a local part of 256', '[AGENT-1, R11-004]', { sub: `aauth:${'a'.repeat(256)}@agent.example` }],
  ['a space in sub', '[AGENT-1, R11-004]', { sub: 'aauth:a b@agent.example' }],
  ['a URL as host of sub', '[AGENT-1, R11-004]', { sub: 'aauth:a@https://agent.example' }],
  ['a sub in an array', '[AGENT-1, R11-004]', { sub: ['aauth:a@agent.example'] }],
  ['an agent of another provider', '[AGENT-2, R11-007, G17]', { sub: 'aauth:planner@good.example' }],
  ['an agent below its host', '[AGENT-2, R11-007]', { sub: 'aauth:planner@sub.agent.example' }],
  ['an agent of an end of its host', '[AGENT-2, R11-007]', { sub: 'aauth:planner@ent.example' }],
  ['an agent of a host that ends alike', '[AGENT-2, R11-007]', { sub: 'aauth:planner@evilagent.example' }],
  ['a host of sub in upper case', '[AGENT-2, R11-007, G17]', { sub: 'aauth:planner@AGENT.example' }],
  ['ps over http', '[AGENT-5, R11-008, R11-047, G18]', { ps: 'http://ps.example' }],
  ['ps with a path', '[AGENT-5, R11-008, R11-047, G18]', { ps: 'https://ps.example/x' }],
  ['ps with a port', '[AGENT-5, R11-008, G18]', { ps: 'https://ps.example:8443' }],
  ['ps that is an address', '[AGENT-5, R11-008, G18]', { ps: 'https://10.0.0.1' }],
  ['ps null', '[AGENT-5, R11-008]', { ps: null }],
  ['parent_agent that is only a name', '[AGENT-6, R11-009, R11-047, G19]', { parent_agent: 'bob' }],
  [
    'parent_agent without the scheme of agent ids',
    '[AGENT-6, R11-009]',
    { parent_agent: 'bob@agent.example' },
  ],
  ['parent_agent with a space', '[AGENT-6, R11-009]', { parent_agent: 'aauth:b ob@agent.example' }],
  ['parent_agent of another provider', '[AGENT-6, R11-007]', { parent_agent: 'aauth:bob@good.example' }],
  ['parent_agent that is itself', '[AGENT-6]', { parent_agent: 'aauth:planner@agent.example' }],
  ['parent_agent in an array', '[AGENT-6, R11-009, G19]', { parent_agent: ['aauth:bob@agent.example'] }],
  ['parent_agent null', '[AGENT-6, R11-009]', { parent_agent: null }],
]

describe('an agent token', () => {
  it.each(faults)('is refused with %s before any fetch %s', async (_fault, _ids, claims) => {
    const fetched = net.fetches.length
    const refusal = await world.refusal(await agent.agentToken({ claims }), { requirement })
    expect(refusal).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(refusal.headers['signature-error']).toBe('error=invalid_jwt')
    expect(net.fetches).toHaveLength(fetched)
  })

  it('identifies the agent and no person [AGENT-1, R11-049]', async () => {
    expect(await accept({})).toMatchObject({
      type: 'agent-token',
      iss: 'https://agent.example',
      sub: 'aauth:planner@agent.example',
      agent: 'aauth:planner@agent.example',
      ps: 'https://ps.example',
      scopes: [],
      account: null,
      tenant: null,
      class: { provider: 'https://agent.example' },
    })
  })

  it('grants nothing, whatever claims it has [AGENT-11]', async () => {
    const auth = await accept({ scope: 'access', account: 'a1', tenant: 't1', mission_s256: s256 })
    expect(auth).toMatchObject({ scopes: [], account: null, tenant: null })
    expect(auth.mission).toBeUndefined()
  })

  it('need not name a person server', async () => {
    expect('ps' in (await accept({ ps: undefined }))).toBe(false)
  })

  it('keeps the case of its agent, so two cases are two agents [AGENT-3, R11-005]', async () => {
    expect((await accept({ sub: 'aauth:Agent@agent.example' })).agent).toBe('aauth:Agent@agent.example')
    expect((await accept({ sub: 'aauth:agent@agent.example' })).agent).toBe('aauth:agent@agent.example')
  })

  it('belongs to a sub-agent because of parent_agent, not because of a plus sign [AGENT-3, R11-006]', async () => {
    const auth = await accept({ sub: 'aauth:planner+search@agent.example' })
    expect(auth.agent).toBe('aauth:planner+search@agent.example')
    expect('parentAgent' in auth).toBe(false)
  })

  it('of a sub-agent is accepted and identifies the sub-agent [AGENT-6, AGENT-9, R11-049]', async () => {
    const auth = await accept({
      sub: 'aauth:searcher@agent.example',
      parent_agent: 'aauth:planner@agent.example',
    })
    expect(auth).toMatchObject({
      agent: 'aauth:searcher@agent.example',
      parentAgent: 'aauth:planner@agent.example',
    })
  })
})

it('an agent token for the agent of another provider is refused [AGENT-2, R11-007, G17]', async () => {
  const evil = await net.issuer('agent-provider', 'https://evil.example')
  const token = await evil.agentToken(agent, { claims: { sub: 'aauth:planner@agent.example' } })
  expect(await world.refusal(token, { requirement })).toMatchObject({ code: 'invalid_jwt', status: 401 })
  expect(net.fetches.filter(({ url }) => url.startsWith('https://evil.example'))).toEqual([])
})
