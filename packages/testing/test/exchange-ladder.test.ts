import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import { decodeJwt } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { makeExchangeWorld, notes } from './exchange-world.ts'

const as = 'https://as.example'
const ps = 'https://ps.example'

describe('agent.fetch without a token', () => {
  it.each(['person-token', 'mission-header'] as const)(
    'does all exchanges and returns the last answer of the API: %s [CHAL-8]',
    async (generation) => {
      const { agent } = await makeExchangeWorld(generation)
      const answers = [
        await agent.fetch(`${notes}/notes`),
        await agent.fetch(`${notes}/notes`, { method: 'POST' }),
      ]
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
    },
  )
})

describe('agent.call over real sockets', () => {
  it.each([
    ['three-party, draft 11', 'person-token', undefined, ['person-token', 'auth-token'], ps],
    ['four-party, draft 11', 'person-token', as, ['person-token', 'auth-token'], as],
    ['three-party, drafts 01 to 10', 'mission-header', undefined, ['auth-token'], ps],
    ['four-party, drafts 01 to 10', 'mission-header', as, ['auth-token'], as],
  ] as const)(
    'gets from a first refusal to a granted call: %s [RT-1, RT-3, RT-4, RT-5, RT-6, CHAL-5, CHAL-6, CHAL-8]',
    async (_, generation, accessServer, challenges, iss) => {
      const { agent } = await makeExchangeWorld(
        generation,
        accessServer === undefined ? {} : { accessServer },
      )
      const called = await agent.call(`${notes}/notes`)
      expect([called.response.status, called.challenges, await called.response.json()]).toEqual([
        200,
        challenges,
        { type: 'auth-token', spoken: generation, iss, scopes: ['notes.read'], account: null },
      ])
    },
  )

  it('forwards the hint of a resource token to the person server [R11-167]', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const sent = vi.spyOn(agent, 'fetch')
    expect((await agent.call(`${notes}/hinted`)).response.status).toBe(200)
    const bodies = sent.mock.calls.flatMap(([, request]) =>
      typeof request === 'object' && 'body' in request ? [JSON.parse(String(request.body))] : [],
    )
    expect(bodies.map((body) => body.login_hint)).toEqual([undefined, 'alice@corp.example'])
  })

  it('reaches issuers in process as well', async () => {
    const { agent } = await makeExchangeWorld('person-token', { accessServer: as }, { sockets: false })
    const { response, challenges } = await agent.call(`${notes}/notes`)
    expect([response.status, challenges]).toEqual([200, ['person-token', 'auth-token']])
  })

  it('stops at the first token that the route accepts', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const whoami = await agent.call(`${notes}/whoami`)
    const me = await agent.call(`${notes}/me`)
    expect([whoami.challenges, await whoami.response.json()]).toEqual([[], agent.id])
    expect([me.challenges, await me.response.json()]).toEqual([['person-token'], ps])
  })

  it.each([
    ['draft 11, three-party', 'person-token', undefined],
    ['draft 11, four-party', 'person-token', as],
    ['drafts 01 to 10, three-party', 'mission-header', undefined],
    ['drafts 01 to 10, four-party', 'mission-header', as],
  ] as const)(
    'steps an auth token up to a wider scope and keeps the granted ones: %s [CHAL-7, R11-146]',
    async (_, generation, accessServer) => {
      const { agent } = await makeExchangeWorld(
        generation,
        accessServer === undefined ? {} : { accessServer },
      )
      const { token } = await agent.call(`${notes}/notes`)
      const wider = await agent.call(`${notes}/notes`, { method: 'POST' }, { token })
      expect([wider.response.status, wider.challenges, await wider.response.json()]).toEqual([
        200,
        ['auth-token'],
        ['notes.read', 'notes.write'],
      ])
    },
  )

  it.each(['person-token', 'mission-header'] as const)(
    'carries a mission to the route: %s [RT-8, R11-163, L01]',
    async (generation) => {
      const { agent } = await makeExchangeWorld(generation)
      const { response } = await agent.call(
        `${notes}/notes`,
        {},
        { mission: { approver: ps, s256: mission } },
      )
      expect(await response.json()).toMatchObject({ s256: mission })
    },
  )

  it('stops after six rounds when the granted scope never suffices', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    net.personServer.policy.scopes = () => []
    const { response, challenges } = await agent.call(`${notes}/notes`)
    expect([response.status, challenges.length]).toEqual([401, 6])
  })

  it.each([
    ['person-token', undefined],
    ['person-token', as],
    ['mission-header', undefined],
    ['mission-header', as],
  ] as const)(
    'requests the account that the resource requires, %s, access server %s',
    async (generation, accessServer) => {
      const { agent } = await makeExchangeWorld(
        generation,
        accessServer === undefined ? {} : { accessServer },
      )
      const { response } = await agent.call(`${notes}/workspace`)
      expect([response.status, await response.json()]).toEqual([200, 'ws-7'])
    },
  )

  it('fails without a person server', async () => {
    const { agent } = await makeExchangeWorld('person-token', {}, { personServer: null })
    await expect(agent.call(`${notes}/notes`)).rejects.toThrow('the agent has no person server to ask')
  })

  it('names the endpoint that its person server lacks', async () => {
    const { agent } = await makeExchangeWorld('mission-header', { generations: ['person-token'] })
    await expect(agent.call(`${notes}/notes`)).rejects.toThrow(`${ps} has no person_token_endpoint`)
  })

  it.each(['person-token', 'mission-header'] as const)(
    'gets nothing under a terminated mission: %s',
    async (generation) => {
      const { agent, net } = await makeExchangeWorld(generation)
      net.personServer.policy.endedMissions = [mission]
      const called = agent.call(`${notes}/notes`, {}, { mission: { approver: ps, s256: mission } })
      await expect(called).rejects.toMatchObject({ status: 403, code: 'mission_terminated' })
    },
  )

  it('asks for a new person token each time, and gives up on a resource that accepts none', async () => {
    const { agent, net } = await makeExchangeWorld('person-token')
    const greedy = 'https://greedy.example'
    await net.listen((_req, res) => {
      res.writeHead(401, { 'aauth-requirement': 'requirement=person-token' }).end()
    }, greedy)
    expect((await agent.call(greedy)).challenges).toEqual(Array(6).fill('person-token'))
  })

  it('gets an auth token that lives no longer than the presented token', async () => {
    const { agent } = await makeExchangeWorld('person-token')
    const shown = await agent.personToken({ lifetime: 100 })
    const { token } = await agent.call(`${notes}/notes`, {}, { token: shown })
    expect(decodeJwt(token).exp).toBe(now + 100)
  })
})
