import { alternativeCredential } from '@aauth-guard/core'
import { monitorMissions } from '@aauth-guard/core/missions'
import { describe, expect, it } from 'vitest'
import { call, type Message, messagesOf, modern, post, protect, type Scene } from '../scene.ts'
import { hosts, v1Stateless, v2 } from '../servers/hosts.ts'

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

it('a list of revision 2026-07-28 is private', async () => {
  const { agent, send } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  const response = await send({ token, ...modern('tools/list') })
  expect([
    response.headers.get('cache-control'),
    (await messagesOf(response))[0]?.result?.cacheScope,
  ]).toEqual(['private, no-store', 'private'])
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
