import { issueResourceToken } from '@aauth-guard/core'
import { notes, verified } from '@aauth-guard/fixtures/issued'
import { s256 } from '@aauth-guard/fixtures/missions'
import { agentRoute, anyKind } from '@aauth-guard/fixtures/requirements'
import { makeWorld, now } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'

const common = {
  iss: 'https://notes.example',
  dwk: 'aauth-resource.json',
  aud: 'https://ps.example',
  jti: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  iat: now,
  exp: now + 300,
  scope: 'notes.read',
}

describe('a resource token of draft 11', () => {
  it('has the claims of the person token of this request and no others [RT-1, RT-4, RT-6, RT-14, R11-160, R11-162, R11-163, R11-280]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes })
    const token = await agent.personToken({
      sub: 'person-9',
      tenant: 'corp',
      mission: s256,
      claims: { jti: 'pt-1', login_hint: 'p@example', cap: 'all' },
    })
    const auth = await call(token, { requirement: anyKind })
    const { payload, protectedHeader } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(payload).toEqual({
      ...common,
      agent_jkt: agent.key.thumbprint,
      ps: 'https://ps.example',
      sub: 'person-9',
      presented_jti: 'pt-1',
      person_token_jti: 'pt-1',
      mission_s256: s256,
      tenant: 'corp',
    })
    expect(protectedHeader).toEqual({
      typ: 'aa-resource+jwt',
      alg: 'Ed25519',
      kid: 'r1',
    })
  })

  it('has no mission, tenant or account that the person token lacks [RT-6, R11-163, R11-280]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes })
    const auth = await call(await agent.personToken({ claims: { jti: 'pt-1' } }), { requirement: anyKind })
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(payload).toEqual({
      ...common,
      agent_jkt: agent.key.thumbprint,
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'pt-1',
      person_token_jti: 'pt-1',
    })
  })

  it('has the claims of the auth token that is stepped up, with its account [RT-6, RT-12, R11-146]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes })
    const grant = { scope: 'notes.read', account: 'ws-7', tenant: 'corp', mission: s256 }
    const auth = await call(await agent.authToken({ ...grant, claims: { jti: 'at-1' } }))
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: ['notes.read', 'notes.write'] }),
    )
    expect(payload).toEqual({
      ...common,
      agent_jkt: agent.key.thumbprint,
      ps: 'https://ps.example',
      sub: 'person-1',
      presented_jti: 'at-1',
      mission_s256: s256,
      tenant: 'corp',
      account: 'ws-7',
      scope: 'notes.read notes.write',
    })
  })

  it('ignores AAuth-Mission, which has no meaning in draft 11 [RT-14, R11-163]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes })
    const mission = { approver: 'https://ps.example', s256 }
    const auth = await call(await agent.personToken(), { requirement: anyKind, mission })
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect([payload.mission, payload.mission_s256]).toEqual([undefined, undefined])
  })
})

describe('a resource token of drafts 01 to 10', () => {
  const generations = ['mission-header'] as const

  it('names the agent of the agent token and no person [RT-5, RT-14]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes, generations })
    const auth = await call(await agent.agentToken(), { requirement: agentRoute })
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(payload).toEqual({
      ...common,
      agent_jkt: agent.key.thumbprint,
      agent: 'aauth:planner@agent.example',
    })
  })

  it('names the sub-agent that presents its token and not the parent [RT-5]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes, generations })
    const claims = { sub: 'aauth:scout@agent.example', parent_agent: 'aauth:planner@agent.example' }
    const auth = await call(await agent.agentToken({ claims }), { requirement: agentRoute })
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(payload.agent).toBe('aauth:scout@agent.example')
  })

  it('has agent, mission and account of the auth token, but not its person or tenant [RT-5, RT-8, RT-12, RT-14]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes, generations })
    const grant = { scope: 'notes.read', account: 'ws-7', tenant: 'corp', mission: s256 }
    const auth = await call(await agent.authToken({ ...grant, generation: 'mission-header' }))
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.write' }),
    )
    expect(payload).toEqual({
      ...common,
      agent_jkt: agent.key.thumbprint,
      agent: 'aauth:planner@agent.example',
      mission: { approver: 'https://ps.example', s256 },
      account: 'ws-7',
      scope: 'notes.write',
    })
  })

  it('has the mission that the covered header asserts [RT-8]', async () => {
    const { resource, agent, call } = await makeWorld({ ...notes, generations })
    const mission = { approver: 'https://ps.example', s256 }
    const auth = await call(await agent.agentToken(), { requirement: agentRoute, mission })
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(payload.mission).toEqual(mission)
  })
})

it.each(['ps', 'sub', 'agent_jkt', 'aud', 'tenant', 'mission', 'mission_s256', 'presented_jti', 'exp'])(
  'a caller of issueResourceToken cannot set another %s [RT-4, RT-6, R11-162, M03]',
  async (name) => {
    const { resource, agent, call } = await makeWorld({ ...notes })
    const auth = await call(await agent.personToken(), { requirement: anyKind })
    const plain = await issueResourceToken(resource, auth, { scope: 'notes.read' })
    const wanted = { scope: 'notes.read', [name]: 'https://evil.example', claims: { [name]: 'x' } }
    const told = await issueResourceToken(resource, auth, wanted)
    const [{ payload }, { payload: expected }] = [
      await verified(resource, told),
      await verified(resource, plain),
    ]
    expect(payload).toEqual({ ...expected, jti: payload.jti })
  },
)

it('issueResourceToken reads no account from a polluted prototype [Q01]', async () => {
  const { resource, agent, call } = await makeWorld({ ...notes })
  const auth = await call(await agent.personToken(), { requirement: anyKind })
  const prototype = Object.prototype as { account?: string }
  prototype.account = 'ws-8'
  try {
    const { payload } = await verified(
      resource,
      await issueResourceToken(resource, auth, { scope: 'notes.read' }),
    )
    expect(Object.hasOwn(payload, 'account')).toBe(false)
  } finally {
    delete prototype.account
  }
})
