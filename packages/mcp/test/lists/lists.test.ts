import type { RequestListener } from 'node:http'
import { alternativeCredential } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { protectMcp } from '@aauth-guard/mcp/v2'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { describe, expect, it } from 'vitest'
import { call, Events, type Message, messagesOf, modern, post, protect, type Scene } from '../scene.ts'
import { hosts, sessionHosts, v1Stateless, v2 } from '../servers/hosts.ts'
import { begin, inSession } from '../sessions/session-scene.ts'

const stateless = hosts.filter(({ hasSessions }) => !hasSessions)
/** Beside `notes.hidden`, which only those see who may call it, and `notes.secret`, which nobody sees. */
const shown = ['notes.list', 'notes.delete', 'notes.find', 'notes.purge', 'notes.watch', 'notes.ask']
const forReading = shown.filter((name) => name !== 'notes.delete')

async function listed({ send }: Scene, token: string, method = 'tools/list'): Promise<Message['result']> {
  return (await messagesOf(await send({ token, body: call(method) })))[0]?.result
}

function names(result: Message['result']): string[] {
  return (result?.tools ?? []).map(({ name }) => name)
}

describe.each(stateless)('$name', (host) => {
  it.each([
    ['granted', 'agentToken', []],
    ['grantable', 'agentToken', shown],
    ['all', 'agentToken', shown],
    ['granted', 'authToken', forReading],
    // A mission cannot be added to an auth token.
    ['grantable', 'authToken', forReading],
    ['all', 'authToken', shown],
  ] as const)('with list: %s, the holder of an %s sees %j', async (list, kind, expected) => {
    const scene = await protect(host, { list })
    const { agent, events } = scene
    const token =
      kind === 'agentToken' ? await agent.agentToken() : await agent.authToken({ scope: 'notes.read' })
    expect(names(await listed(scene, token)).toSorted()).toEqual([...expected].toSorted())
    // A list decides nothing.
    expect(events.filter(({ outcome }) => outcome !== 'accepted')).toEqual([])
  })

  it('an entry that is hidden is shown to callers that may use it', async () => {
    const scene = await protect(host)
    const token = await scene.agent.authToken({ scope: 'notes.write' })
    expect(names(await listed(scene, token))).toContain('notes.hidden')
  })

  it('lists of resources, templates and prompts are filtered as well', async () => {
    const scene = await protect(host, { list: 'granted' })
    const token = await scene.agent.authToken({ scope: 'notes.read' })
    const resources = await listed(scene, token, 'resources/list')
    expect(resources?.resources?.map(({ uri }) => uri)).toEqual(['notes://all'])
    expect((await listed(scene, token, 'resources/templates/list'))?.resourceTemplates).toEqual([])
    const prompts = await listed(scene, token, 'prompts/list')
    expect(prompts?.prompts?.map(({ name }) => name)).toEqual(['summary', 'résumé'])
  })

  it('an answer may be kept by no cache', async () => {
    const { agent, send } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const { headers } = await send({ token, body: call('tools/list') })
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual([
      expect.stringMatching(/^private, no-store/),
      expect.stringContaining('Signature'),
    ])
  })
})

describe.each(sessionHosts)('$name', (host) => {
  it('a list that a resumed stream repeats is filtered for who resumes it', async () => {
    const scene = await protect(host)
    const { agent, send } = scene
    const token = await agent.authToken({ scope: 'notes.read', sub: 'ada' })
    const id = await begin(scene, token)
    const answered = new Events(await send({ token, body: call('tools/list'), headers: inSession(id) }))
    const first = await answered.next()
    const listing = async (events: Events): Promise<string[]> => {
      let event = await events.next()
      while (event !== undefined && event.message?.result === undefined) event = await events.next()
      return names(event?.message?.result).toSorted()
    }
    const expected = forReading.toSorted()
    expect(await listing(answered)).toEqual(expected)
    const headers = inSession(id, { accept: 'text/event-stream', 'last-event-id': first?.id ?? '' })
    expect(await listing(new Events(await send({ token, method: 'GET', headers })))).toEqual(expected)
  })
})

it('answers of revision 2026-07-28 are private, whatever the server says', async () => {
  const results: object[] = [
    { tools: [{ name: 'notes.list' }, { name: 'notes.secret' }], cacheScope: 'public' },
    { tools: [] },
    { contents: [], cacheScope: 'public' },
  ]
  const { agent, send } = await protect({
    ...v2,
    listener: (_, resource, options) => {
      const serve = protectMcp(
        resource,
        async (request) => {
          const { id } = (await request.json()) as { id: number }
          return Response.json({ jsonrpc: '2.0', id, result: results.shift() })
        },
        options,
      )
      return toNodeHandler({ fetch: serve }) as RequestListener
    },
  })
  const token = await agent.authToken({ scope: 'notes.read' })
  const answers: unknown[] = []
  for (const sent of [
    modern('tools/list'),
    modern('tools/list'),
    modern('resources/read', { uri: 'notes://all' }),
  ]) {
    const response = await send({ token, ...sent })
    answers.push([response.headers.get('cache-control'), (await messagesOf(response))[0]?.result])
  }
  expect(answers).toEqual([
    ['private, no-store', { tools: [{ name: 'notes.list' }], cacheScope: 'private' }],
    ['private, no-store', { tools: [], cacheScope: 'private' }],
    ['private, no-store', { contents: [], cacheScope: 'private' }],
  ])
})

it('a tool that the mission does not approve is neither shown nor called', async () => {
  const approved_tools = [{ name: 'notes.delete' }]
  const text = JSON.stringify({
    approver: 'https://ps.example',
    agent: 'aauth:planner@agent.example',
    description: 'Tidy up',
    approved_at: '2026-01-01T00:00:00Z',
    approved_tools,
  })
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  const mission = Buffer.from(digest).toString('base64url')
  const tools = {
    'notes.delete': { scope: 'notes.write', tool: true },
    'notes.hidden': { scope: 'notes.write', tool: true },
  }
  const missions = monitorMissions({ blobs: () => new TextEncoder().encode(text) })
  const scene = await protect(v1Stateless, { tools }, { missions })
  const token = await scene.agent.authToken({ scope: 'notes.write', mission })
  expect(names(await listed(scene, token))).toEqual(['notes.delete'])
  const verdict = async (name: string) =>
    (await scene.send({ token, body: call('tools/call', { name, arguments: {} }) })).status
  expect([await verdict('notes.delete'), await verdict('notes.hidden')]).toEqual([200, 403])
})

describe('beside another credential', () => {
  const alternative = alternativeCredential({
    when: { scheme: 'Bearer' },
    check: (request) =>
      request.header('authorization')[0] === 'Bearer k' ? { id: 'acme', scopes: ['notes.read'] } : undefined,
  })
  const both = {
    tools: {
      'notes.list': { scope: 'notes.read', alternative },
      'notes.hidden': { scope: 'notes.write', alternative },
      'notes.delete': { scope: 'notes.write', mission: 'required' as const },
    },
    connect: { accept: ['agent-token', 'person-token', 'auth-token'] as const, alternative },
  }

  it('its callers see and call what it grants, and everybody else is invited to both', async () => {
    const { url, calls } = await protect(v1Stateless, both)
    const send = (method: string, params: object, authorization = 'Bearer k') =>
      fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { ...post, authorization },
        body: JSON.stringify(call(method, params)),
      })
    const list = (await messagesOf(await send('tools/list', {})))[0]?.result
    expect(names(list)).toEqual(['notes.list'])
    expect((await send('tools/call', { name: 'notes.list', arguments: {} })).status).toBe(200)
    expect((await send('tools/call', { name: 'notes.hidden', arguments: {} })).status).toBe(401)
    expect((await send('tools/call', { name: 'notes.secret', arguments: {} })).status).toBe(403)
    expect(calls.made).toEqual(['notes.list'])
    const refused = await send('tools/list', {}, 'Bearer other')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    expect(await refused.text()).not.toContain('OAuth')
  })
})
