import { type Auth, personKey } from '@aauth-guard/core'
import { s256 } from '@aauth-guard/fixtures/missions'
import type { AAuthInfo } from '@aauth-guard/mcp'
import { getAuth } from '@aauth-guard/mcp'
import { describe, expect, it } from 'vitest'
import { call, modern, post, protect } from '../scene.ts'
import { hosts, v1Stateless, v2 } from '../servers/hosts.ts'

const stateless = hosts.filter(({ hasSessions }) => !hasSessions)
const list = { name: 'notes.list', arguments: {} }

describe.each(stateless)('$name', (host) => {
  it('a tool gets the verified identity, and a token that works nowhere', async () => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read', sub: 'ada' })
    await send({ token, body: call('tools/call', list) })
    const [info] = calls.clients as AAuthInfo[]
    const auth = info?.extra.aauth as Auth
    expect(info).toMatchObject({
      token: 'aauth',
      clientId: '["person-token","https://ps.example","ada"]',
      scopes: ['notes.read'],
      expiresAt: auth.exp,
    })
    expect([Object.isFrozen(auth), String(info?.resource), JSON.stringify(info).includes(token)]).toEqual([
      true,
      'https://notes.example/',
      false,
    ])
    expect(getAuth({ authInfo: info }, 'auth-token')).toBe(auth)
    expect(getAuth({ http: { authInfo: info } }, 'auth-token', { person: 'required' }).sub).toBe('ada')
    expect(personKey(auth)).toBe(info?.clientId)
  })

  it('a tool sees the headers of the client, but no credential that it could send again', async () => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read', mission: s256 })
    const mission = `approver="https://ps.example"; s256="${s256}"`
    const headers = { ...post, authorization: 'Bearer stray', 'aauth-mission': mission, 'x-trace': '1' }
    const sent = { headers, cover: ['authorization', 'aauth-mission'] }
    expect((await send({ token, body: call('tools/call', list), ...sent })).status).toBe(200)
    const [seen = []] = calls.headers
    expect(seen).toEqual(expect.arrayContaining(['content-digest', 'content-type', 'x-trace']))
    const credentials = ['signature', 'signature-input', 'signature-key', 'authorization', 'aauth-mission']
    expect(seen.filter((name) => credentials.includes(name))).toEqual([])
  })

  it('without a person, the agent is the client, and never its person server', async () => {
    const tools = { 'notes.list': { accept: 'agent-token' as const } }
    const { agent, send, calls } = await protect(host, { tools })
    await send({ token: await agent.agentToken(), body: call('tools/call', list) })
    expect((calls.clients as AAuthInfo[])[0]?.clientId).toBe('aauth:planner@agent.example')
  })
})

it('two persons of one person server are two clients', async () => {
  const { agent, send, calls } = await protect(v2)
  for (const sub of ['ada', 'bob'])
    await send({ token: await agent.authToken({ scope: 'notes.read', sub }), ...modern('tools/call', list) })
  const [one, other] = calls.clients as AAuthInfo[]
  expect(one?.clientId).not.toBe(other?.clientId)
})

it('the headers of a client are never the identity', async () => {
  const { agent, send, calls } = await protect(v1Stateless)
  const token = await agent.authToken({ scope: 'notes.read', sub: 'ada' })
  const forged = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'x-aauth-sub': 'eve',
  }
  await send({ token, body: call('tools/call', list), headers: forged })
  expect((calls.clients as AAuthInfo[])[0]?.clientId).toContain('ada')
})

it('getAuth without protectMcp throws', () => {
  expect(() => getAuth({}, 'auth-token')).toThrow('the request has no verified identity')
})
