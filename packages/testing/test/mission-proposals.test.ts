import { createHash } from 'node:crypto'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { type Agent, TokenRefused } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { PendingRequests } from '../src/issuer/pending-requests.ts'
import { notes } from './exchange-world.ts'
import { makeMission, proposal, ps } from './mission-world.ts'
import { ask } from './token-request.ts'

const poll = async (agent: Agent, url: string, nonce: string) =>
  agent.fetch(url, {}, { token: await agent.agentToken(), params: { nonce } })

/** Proposes, and the answer with the pending URL. */
async function propose(agent: Agent) {
  const options = { token: await agent.agentToken(), digest: true }
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(proposal)
  const response = await agent.fetch(`${ps}/mission`, { method: 'POST', headers, body }, options)
  return { response, url: response.headers.get('location') as string }
}

describe('a proposal', () => {
  it('is answered with the URL for the person and the URL to poll', async () => {
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

  it('stays pending until the person approves, and the mission is returned once', async () => {
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

  it('is answered 403 denied once the person declined', async () => {
    const { agent, missions } = await makeMission()
    const { url } = await propose(agent)
    await missions.decline(missions.waiting[0]?.code as string)
    const answers = [await poll(agent, url, '1'), await poll(agent, url, '2')]
    expect([await answers[0]?.json(), answers.map(({ status }) => status)]).toEqual([
      { error: 'denied' },
      [403, 410],
    ])
  })

  it('is answered 408 expired when the person never came, and cannot be decided any more', async () => {
    const { agent, net, missions } = await makeMission()
    const { url } = await propose(agent)
    const code = missions.waiting[0]?.code as string
    net.clock.advance(600)
    await expect(missions.approve(code)).rejects.toThrow('nothing waits under this code')
    expect((await poll(agent, url, '1')).status).toBe(408)
  })

  it('is unknown to another agent', async () => {
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

  it('has a code without ambiguous digits', async () => {
    const requests = new PendingRequests(() => 0)
    const asked = { about: 'proposal', agent: 'a', description: 'x' } as const
    let code = ''
    while (!code.includes('0') || !/1.*1/.test(code)) {
      code = requests.add(asked, async () => new Response('approved')).code
    }
    await requests.decide(code.replace('0', 'O').replace('1', 'I').replace('1', 'l'), 'approved')
    await expect(requests.decide(code, 'approved')).rejects.toThrow('nothing waits under this code')
  })

  it.each([{}, { description: '' }, { description: 7 }])('requires a description: %j', async (body) => {
    const { agent } = await makeMission()
    expect(await ask(agent, '/mission', body)).toEqual([400, { error: 'invalid_request' }])
  })
})

describe('agent.proposeMission', () => {
  it('returns the record of draft 11 byte for byte, without approver', async () => {
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

  it('returns the record of drafts 01 to 10, with the approver and without an expiry', async () => {
    const { agent, missions } = await makeMission('mission-header')
    missions.approves = 'at-once'
    missions.lifetime = 1000
    const { blob, s256 } = await agent.proposeMission(proposal)
    expect(createHash('sha256').update(blob).digest('base64url')).toBe(s256)
    expect(Object.keys(JSON.parse(new TextDecoder().decode(blob)))).toEqual([
      ...['approver', 'agent', 'approved_at', 'description', 'approved_tools', 'nonce'],
    ])
  })

  it('polls at the given interval', async () => {
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

  it('rejects when the person declines', async () => {
    const { agent, missions } = await makeMission()
    const asking = agent.proposeMission(proposal, { interact: ({ code }) => missions.decline(code) })
    await expect(asking).rejects.toThrow(TokenRefused)
  })

  it('has a new mission each time', async () => {
    const { agent, missions } = await makeMission()
    missions.approves = 'at-once'
    const [one, two] = [await agent.proposeMission(proposal), await agent.proposeMission(proposal)]
    expect(one.s256 === two.s256).toBe(false)
  })

  it('waits longer when it polled too often, and rejects a record that does not match its digest', async () => {
    const { agent, net } = await makeMission()
    const answers = [
      [202, { location: `${ps}/mission/pending/1`, 'retry-after': '1' }, '{}'],
      [429, { 'retry-after': '2' }, '{}'],
      [503, { 'retry-after': '4' }, '{}'],
      [200, {}, JSON.stringify({ s256: zeroOctets, mission: 'e30' })],
    ] as const
    let turn = 0
    await net.listen((_req, res) => {
      const [status, headers, body] = answers[turn++] as (typeof answers)[number]
      res.writeHead(status, headers).end(body)
    }, ps)
    const waited: number[] = []
    const proposing = agent.proposeMission(proposal, {
      wait: async (seconds) => {
        waited.push(seconds)
      },
    })
    await expect(proposing).rejects.toThrow('s256 is not the digest of the mission')
    expect(waited).toEqual([1, 7, 4])
  })
})
