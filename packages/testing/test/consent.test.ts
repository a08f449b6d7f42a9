import type { Agent, ConsentQuestion } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { challenge, makeExchangeWorld, notes } from './exchange-world.ts'
import { post } from './token-request.ts'

const ps = 'https://ps.example'

/** A world whose person is asked before every token, and the questions. */
async function makeAskingWorld() {
  const world = await makeExchangeWorld('person-token')
  const questions: ConsentQuestion[] = []
  world.net.personServer.policy.asks = (question) => questions.push(question) > 0
  return { ...world, questions, missions: world.net.personServer.missions }
}

let asked = 0
async function ask(agent: Agent, url: string, body: unknown): Promise<Response> {
  asked += 1
  const token = await agent.agentToken()
  return agent.fetch(url, post(body), { digest: true, token, params: { nonce: `ask-${asked}` } })
}

async function poll(agent: Agent, url: string, nonce: string) {
  const response = await agent.fetch(url, {}, { token: await agent.agentToken(), params: { nonce } })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

describe('a person server that asks its person', () => {
  it('answers a request for a person token 202, and issues the token once the person has approved', async () => {
    const { agent, questions, missions } = await makeAskingWorld()
    const asked = await ask(agent, `${ps}/person-token`, { resource: notes })
    const url = asked.headers.get('location') as string
    const code = missions.waiting[0]?.code as string
    expect([asked.status, url.startsWith(`${ps}/pending/`), questions]).toEqual([
      202,
      true,
      [
        {
          about: 'person-token',
          agent: agent.id,
          resource: notes,
          scopes: [],
          mission: undefined,
          person: undefined,
        },
      ],
    ])
    expect((await poll(agent, url, '1')).status).toBe(202)
    await missions.approve(code, { person: 'ada' })
    const { status, body } = await poll(agent, url, '2')
    expect([status, decodeJwt(body.person_token as string).aud]).toEqual([200, notes])
    expect((await poll(agent, url, '3')).status).toBe(410)
  })

  it('grants the requested scopes that the person approved, to the person of the person token', async () => {
    const { agent, questions, missions, net } = await makeAskingWorld()
    const first = await ask(agent, `${ps}/person-token`, { resource: notes })
    await missions.approve(missions.waiting[0]?.code as string, { person: 'ada' })
    const shown = (await poll(agent, first.headers.get('location') as string, '1')).body
      .person_token as string
    const resourceToken = await challenge(agent, shown)
    const second = await ask(agent, `${ps}/auth-token`, {
      resource_token: resourceToken,
      presented_token: shown,
    })
    expect(questions[1]).toMatchObject({ about: 'auth-token', scopes: ['notes.read'], person: 'ada' })
    await missions.approve(missions.waiting[0]?.code as string, { scopes: ['notes.read', 'notes.write'] })
    const { body } = await poll(agent, second.headers.get('location') as string, '2')
    expect(decodeJwt(body.auth_token as string)).toMatchObject({
      scope: 'notes.read',
      sub: decodeJwt(shown).sub,
    })
    expect(net.personServer.tokens().at(-1)).toMatchObject({ kind: 'auth-token', person: 'ada' })
  })

  it('answers the agent that its person declined', async () => {
    const { agent, missions } = await makeAskingWorld()
    const asked = await ask(agent, `${ps}/person-token`, { resource: notes })
    await missions.decline(missions.waiting[0]?.code as string)
    expect(await poll(agent, asked.headers.get('location') as string, '1')).toEqual({
      status: 403,
      body: { error: 'denied' },
    })
  })

  it('issues no token under a mission that was terminated while the person was asked', async () => {
    const { agent, missions } = await makeAskingWorld()
    const { s256 } = await missions.begin(agent, { description: 'Sort the notes' })
    const asked = await ask(agent, `${ps}/person-token`, { resource: notes, mission_s256: s256 })
    await missions.end(s256)
    await missions.approve(missions.waiting[0]?.code as string)
    expect(await poll(agent, asked.headers.get('location') as string, '1')).toMatchObject({
      status: 403,
      body: { error: 'mission_terminated' },
    })
  })

  it('answers only the agent that asked', async () => {
    const { agent, net, missions } = await makeAskingWorld()
    const other = await net.agent({ name: 'other' })
    const asked = await ask(agent, `${ps}/person-token`, { resource: notes })
    await missions.approve(missions.waiting[0]?.code as string)
    expect((await poll(other, asked.headers.get('location') as string, '1')).status).toBe(404)
  })
})
