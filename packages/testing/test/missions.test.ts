import { createHash } from 'node:crypto'
import { type Agent, TokenRefused } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { mission as madeUp, makeExchangeWorld, notes, now } from './exchange-world.ts'
import { ask } from './token-request.ts'

const ps = 'https://ps.example'
const as = 'https://as.example'
const proposal = {
  description: 'Sort the notes',
  tools: [{ name: 'Sorter', description: 'Sorts' }],
  resources: [notes],
}

async function makeMission(
  generation: 'person-token' | 'mission-header' = 'person-token',
  options: Parameters<typeof makeExchangeWorld>[1] = {},
) {
  const world = await makeExchangeWorld(generation, options, { sockets: false })
  return { ...world, missions: world.net.personServer.missions }
}

const poll = async (agent: Agent, url: string, nonce: string) =>
  agent.fetch(url, {}, { token: await agent.agentToken(), params: { nonce } })
const terminated = (reason: string) => [
  403,
  { error: 'mission_terminated', mission_status: 'terminated', termination_reason: reason },
]
const personToken = (agent: Agent, s256: string, again = '') =>
  ask(agent, '/person-token', { resource: notes, mission_s256: s256, again })

/** Proposes, and the answer with the pending URL. */
async function propose(agent: Agent) {
  const options = { token: await agent.agentToken(), digest: true }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(proposal)
  const response = await agent.fetch(`${ps}/mission`, { method: 'POST', headers, body }, options)
  return { response, url: response.headers.get('location') as string }
}

describe('a proposal', () => {
  it('is answered with where to send the person, and where to look', async () => {
    const { agent, missions } = await makeMission()
    const { response, url } = await propose(agent)
    const [asked] = missions.waiting
    expect([response.status, await response.json(), url]).toEqual([
      202,
      { status: 'pending' },
      `${ps}/mission/pending/${asked?.id}`,
    ])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'aauth-requirement': `requirement=interaction;url="${ps}/interaction";code="${asked?.code}"`,
      'retry-after': '1',
      'cache-control': 'no-store',
    })
    expect(asked?.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/)
  })

  it('stays pending until the person agrees, and the mission is told once', async () => {
    const { agent, missions } = await makeMission()
    const { url } = await propose(agent)
    const before = await poll(agent, url, '1')
    await missions.approve(missions.waiting[0]?.code as string)
    const agreed = await poll(agent, url, '2')
    const after = await poll(agent, url, '3')
    expect([before.status, before.headers.get('retry-after'), agreed.status, after.status]).toEqual([
      202,
      '1',
      200,
      410,
    ])
  })

  it('says 403 denied once the person declined', async () => {
    const { agent, missions } = await makeMission()
    const { url } = await propose(agent)
    await missions.decline(missions.waiting[0]?.code as string)
    const answers = [await poll(agent, url, '1'), await poll(agent, url, '2')]
    expect([await answers[0]?.json(), answers.map(({ status }) => status)]).toEqual([
      { error: 'denied' },
      [403, 410],
    ])
  })

  it('says 408 expired when the person never came, who can then decide no more', async () => {
    const { agent, net, missions } = await makeMission()
    const { url } = await propose(agent)
    const code = missions.waiting[0]?.code as string
    net.clock.advance(600)
    await expect(missions.approve(code)).rejects.toThrow('nothing waits under this code')
    expect((await poll(agent, url, '1')).status).toBe(408)
  })

  it('is nothing that another agent can hear of', async () => {
    const { agent, net, missions } = await makeMission()
    const { url } = await propose(agent)
    await missions.approve(missions.waiting[0]?.code as string)
    const other = await net.agent({ name: 'other' })
    expect((await poll(other, url, '1')).status).toBe(404)
    expect((await poll(agent, url, '2')).status).toBe(200)
  })

  it('is decided once, by a code in any spelling', async () => {
    const { agent, missions } = await makeMission()
    await propose(agent)
    const code = missions.waiting[0]?.code as string
    await missions.approve(`${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase().replaceAll('0', 'o'))
    await expect(missions.decline(code)).rejects.toThrow('nothing waits under this code')
  })

  it.each([{}, { description: '' }, { description: 7 }])('needs a description: %j', async (body) => {
    const { agent } = await makeMission()
    expect(await ask(agent, '/mission', body)).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('agent.proposeMission', () => {
  it('brings the record of draft 11 byte for byte, without approver', async () => {
    const { agent, missions } = await makeMission()
    missions.lifetime = 1000
    const { blob, s256, approver } = await agent.proposeMission(proposal, {
      interact: ({ code }) => missions.approve(code),
    })
    expect([createHash('sha256').update(blob).digest('base64url'), approver]).toEqual([s256, ps])
    expect(JSON.parse(new TextDecoder().decode(blob))).toEqual({
      agent: agent.id,
      approved_at: '2026-09-21T14:13:20.000Z',
      description: 'Sort the notes',
      approved_tools: proposal.tools,
      approved_resources: [notes],
      expires_at: '2026-09-21T14:30:00.000Z',
      nonce: expect.any(String),
    })
  })

  it('brings the record of drafts 01 to 10, which names the approver and no end', async () => {
    const { agent, missions } = await makeMission('mission-header')
    missions.approves = 'at-once'
    missions.lifetime = 1000
    const { blob, s256 } = await agent.proposeMission(proposal)
    expect(createHash('sha256').update(blob).digest('base64url')).toBe(s256)
    expect(Object.keys(JSON.parse(new TextDecoder().decode(blob)))).toEqual([
      ...['approver', 'agent', 'approved_at', 'description', 'approved_tools', 'nonce'],
    ])
  })

  it('waits as long as it is told between two looks', async () => {
    const { agent, missions } = await makeMission()
    missions.retryAfter = 7
    const waited: number[] = []
    await agent.proposeMission(proposal, {
      wait: async (seconds) => {
        waited.push(seconds)
        if (waited.length === 2) await missions.approve(missions.waiting[0]?.code as string)
      },
    })
    expect(waited).toEqual([7, 7])
  })

  it('is refused what the person declines', async () => {
    const { agent, missions } = await makeMission()
    const asking = agent.proposeMission(proposal, { interact: ({ code }) => missions.decline(code) })
    await expect(asking).rejects.toThrow(TokenRefused)
  })

  it('has a mission of its own each time', async () => {
    const { agent, missions } = await makeMission()
    missions.approves = 'at-once'
    const [one, two] = [await agent.proposeMission(proposal), await agent.proposeMission(proposal)]
    expect(one.s256 === two.s256).toBe(false)
  })
})

describe('a mission', () => {
  it.each(['person-token', 'mission-header'] as const)(
    'is carried to the resource while it lives, and by nothing afterwards: %s',
    async (generation) => {
      const { agent, missions } = await makeMission(generation)
      const { s256 } = await missions.begin(agent, proposal)
      const call = () => agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
      expect(await (await call()).response.json()).toMatchObject({ s256 })
      await missions.end(s256)
      await expect(call()).rejects.toMatchObject({ status: 403, code: 'mission_terminated' })
    },
  )

  it('that has ended refuses every request that is bound to it, with the reason', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await missions.end(s256, 'superseded')
    const update = { action: 'update', description: 'More' }
    expect([await personToken(agent, s256), await ask(agent, `/mission/${s256}`, update)]).toEqual([
      terminated('superseded'),
      terminated('superseded'),
    ])
  })

  it('ends once, for the first reason', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await missions.end(s256, 'administrative')
    await missions.end(s256, 'completed')
    expect(missions.get(s256)).toMatchObject({ reason: 'administrative', terminatedAt: now })
  })

  it('ends as well when it was never proposed here', async () => {
    const { agent, missions } = await makeMission()
    await missions.end(madeUp)
    expect(await personToken(agent, madeUp)).toEqual(terminated('revoked'))
  })

  it('expires, and no token outlives it', async () => {
    const { agent, net, missions } = await makeMission()
    missions.lifetime = 100
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    const [, { person_token: person = '' }] = await personToken(agent, s256)
    expect([decodeJwt(token).exp, decodeJwt(person).exp]).toEqual([now + 100, now + 100])
    net.clock.advance(100)
    expect(await personToken(agent, s256, 'x')).toEqual(terminated('expired'))
  })

  it('caps an auth token whose presented token it did not cap', async () => {
    const { agent, missions } = await makeMission()
    missions.lifetime = 100
    const { s256 } = await missions.begin(agent, proposal)
    const minted = await agent.personToken({ mission: s256 })
    const { token } = await agent.call(`${notes}/notes`, {}, { token: minted })
    expect(decodeJwt(token).exp).toBe(now + 100)
  })

  it('of another agent is not found, like one that nobody knows', async () => {
    const { agent, net, missions } = await makeMission()
    missions.onlyKnown = true
    const other = await net.agent({ name: 'other' })
    const { s256 } = await missions.begin(other, proposal)
    const update = { action: 'update', description: 'More' }
    const answers = [
      await personToken(agent, s256),
      await personToken(agent, madeUp),
      await ask(agent, `/mission/${s256}`, update),
      await ask(agent, `/mission/${madeUp}`, update),
    ]
    expect(answers).toEqual(Array(4).fill([404, { error: 'mission_not_found' }]))
  })

  it('of another agent is not found, also once it has ended', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin('aauth:other@agent.example', proposal)
    await missions.end(s256)
    expect(await personToken(agent, s256)).toEqual([404, { error: 'mission_not_found' }])
  })

  it('keeps its digest when it is updated', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const [status, body] = await ask(agent, `/mission/${s256}`, { action: 'update', description: 'More' })
    expect([status, body.s256 === s256, (await personToken(agent, s256))[0]]).toEqual([200, false, 200])
  })

  it('is complete when the person has seen it, and no sooner', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    await agent.completeMission(s256, 'Sorted', {
      interact: ({ code }) => {
        expect(missions.get(s256)?.terminatedAt).toBeUndefined()
        return missions.approve(code)
      },
    })
    expect(missions.get(s256)?.reason).toBe('completed')
  })

  it('goes on when the person does not think it complete', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const done = agent.completeMission(s256, 'Sorted', { interact: ({ code }) => missions.decline(code) })
    await expect(done).rejects.toMatchObject({ status: 403, code: 'denied' })
    expect(missions.get(s256)?.terminatedAt).toBeUndefined()
  })

  it.each([
    ['an unknown action', { action: 'pause' }],
    ['no action', {}],
    ['a completion without summary', { action: 'completion' }],
    ['an update without description', { action: 'update' }],
  ])('refuses %s', async (_, body) => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    expect(await ask(agent, `/mission/${s256}`, body)).toEqual([400, { error: 'invalid_request' }])
  })

  it('is named by a digest in the path', async () => {
    const { agent } = await makeMission()
    expect(await ask(agent, '/mission/short', { action: 'update', description: 'x' })).toEqual([
      400,
      { error: 'invalid_request' },
    ])
  })
})

describe('missions.end with revoke', () => {
  const revoked = async (agent: Agent, token: string) =>
    (await agent.fetch(`${notes}/notes`, {}, { token })).headers.get('signature-error')

  it('revokes the auth tokens issued under the mission, and its person tokens not [R11-255]', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    const outcomes = await missions.end(s256, 'revoked', { revoke: true })
    expect(outcomes.map(({ token: { kind }, status }) => [kind, status])).toEqual([['auth-token', 200]])
    expect(await revoked(agent, token)).toBe('error=revoked_jwt')
  })

  it('has the access server revoke what it issued under the mission [R11-255]', async () => {
    const { agent, missions } = await makeMission('person-token', { accessServer: as })
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    await missions.end(s256, 'revoked', { revoke: true })
    expect(await revoked(agent, token)).toBe('error=revoked_jwt')
  })

  it('is asked for: without it tokens live on', async () => {
    const { agent, missions } = await makeMission()
    const { s256 } = await missions.begin(agent, proposal)
    const { token } = await agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256 } })
    expect(await missions.end(s256)).toEqual([])
    expect(await revoked(agent, token)).toBe(null)
  })
})
