import { s256 } from '@aauth-guard/fixtures/missions'
import { describe, expect, it } from 'vitest'
import { call, messagesOf, modern, post, protect, verdictOf } from '../scene.ts'
import { v1Stateless, v2 } from '../servers/hosts.ts'

const granted = { method: 'tools/call', params: { name: 'notes.list', arguments: {} } }

/** With a token for `notes.read`: what is called, and the status of the answer. */
const decisions: [what: string, method: string, params: Record<string, unknown>, verdict: unknown[]][] = [
  ['a tool in no table', 'tools/call', { name: 'notes.secret' }, [403, 'access_denied']],
  ['a tool of another letter case', 'tools/call', { name: 'Notes.list' }, [403, 'access_denied']],
  [
    'a tool by the name of a member of every object',
    'tools/call',
    { name: 'constructor' },
    [403, 'access_denied'],
  ],
  ['no tool', 'tools/call', {}, [403, 'access_denied']],
  ['a tool by a number', 'tools/call', { name: 7 }, [403, 'access_denied']],
  ['a tool that needs a scope', 'tools/call', { name: 'notes.hidden' }, [401, 'auth_token_required']],
  ['a tool that needs a mission', 'tools/call', { name: 'notes.delete' }, [403, 'mission_required']],
  ['a resource in no table', 'resources/read', { uri: 'notes://secret' }, [403, 'access_denied']],
  [
    'a resource that servers would find under another URI',
    'resources/read',
    { uri: 'notes://one/../all' },
    [403, 'access_denied'],
  ],
  [
    'a resource that servers would find under another URI than the template fits',
    'resources/read',
    { uri: 'notes://one/%2e%2e' },
    [403, 'access_denied'],
  ],
  ['a resource of a template', 'resources/read', { uri: 'notes://one/7' }, [401, 'auth_token_required']],
  ['a resource below a template', 'resources/read', { uri: 'notes://one/7/8' }, [403, 'access_denied']],
  [
    'a subscription to a resource in no table',
    'resources/subscribe',
    { uri: 'notes://secret' },
    [403, 'access_denied'],
  ],
  [
    'a subscription to a resource of a template',
    'resources/subscribe',
    { uri: 'notes://one/7' },
    [401, 'auth_token_required'],
  ],
  ['a prompt in no table', 'prompts/get', { name: 'secret' }, [403, 'access_denied']],
  ['a prompt that needs a scope', 'prompts/get', { name: 'rewrite' }, [401, 'auth_token_required']],
  [
    'a completion of a prompt in no table',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'secret' }, argument: { name: 'a', value: '' } },
    [403, 'access_denied'],
  ],
  [
    'a completion of a prompt that needs a scope',
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'rewrite' }, argument: { name: 'a', value: '' } },
    [401, 'auth_token_required'],
  ],
  [
    'a completion of a template that needs a scope',
    'completion/complete',
    { ref: { type: 'ref/resource', uri: 'notes://one/{id}' }, argument: { name: 'id', value: '' } },
    [401, 'auth_token_required'],
  ],
  ['logging/setLevel', 'logging/setLevel', { level: 'debug' }, [403, 'access_denied']],
  ['an unknown method', 'notes/steal', {}, [403, 'access_denied']],
  ['a task that nobody has', 'tasks/get', { taskId: 'x' }, [404, -32001]],
  ['a request of servers', 'sampling/createMessage', {}, [403, 'access_denied']],
]

it.each(decisions)('with the headers of revision 2026-07-28, %s: %s', async (_, method, params, verdict) => {
  const { agent, send, calls } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  // Content that names something by a number has no header for it.
  const expected = params.name === 7 ? [403, 'access_denied'] : verdict
  expect(await verdictOf(await send({ token, ...modern(method, params) }))).toEqual(expected)
  expect(calls.made).toEqual([])
})

it('a completion that its headers announce is decided by its content', async () => {
  const { agent, send, events } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  const params = { ref: { type: 'ref/prompt', name: 'summary' }, argument: { name: 'a', value: '' } }
  const response = await send({ token, ...modern('completion/complete', params) })
  // The server of this test completes nothing.
  expect((await verdictOf(response))[1]).toBe(-32601)
  expect(events.at(-1)).toMatchObject({ requirement: 'completion/complete summary', outcome: 'accepted' })
})

it('a subscription names at most 64 resources', async () => {
  const { agent, send } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  const listen = (count: number) => {
    const resourceSubscriptions = Array(count).fill('notes://all')
    return send({ token, ...modern('subscriptions/listen', { notifications: { resourceSubscriptions } }) })
  }
  expect(await verdictOf(await listen(65))).toEqual([403, 'access_denied'])
  const response = await listen(64)
  expect(response.status).toBe(200)
  await response.body?.cancel()
})

it('a preflight passes without an identity if the resource has "cors", and no other request does', async () => {
  const { url, calls } = await protect(v1Stateless, {}, { cors: true })
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
  const preflight = await fetch(`${url}/mcp`, { method: 'OPTIONS', headers })
  expect([preflight.status, await preflight.text()]).toEqual([405, ''])
  expect((await fetch(`${url}/mcp`, { method: 'OPTIONS' })).status).toBe(401)
  expect((await fetch(`${url}/mcp`, { method: 'POST', headers, body: '{}' })).status).toBe(401)
  expect(calls.made).toEqual([])
})

describe.each([v1Stateless, v2])('$name', (host) => {
  it.each(decisions)('%s: %s', async (_, method, params, verdict) => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    expect(await verdictOf(await send({ token, body: call(method, params) }))).toEqual(verdict)
    expect(calls.made).toEqual([])
  })

  it.each([
    ['resources/read', { uri: 'notes://all' }],
    ['prompts/get', { name: 'summary' }],
    ['tools/list', {}],
    ['ping', {}],
  ])('%s %j that the token grants is answered by the server', async (method, params) => {
    const { agent, send } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const response = await send({ token, body: call(method, params) })
    const [message] = await messagesOf(response)
    expect([response.status, message?.error, message?.result]).toEqual([200, undefined, expect.any(Object)])
  })

  it('a tool that the mission of the token grants is called', async () => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.write', mission: s256 })
    expect(
      (await send({ token, body: call('tools/call', { name: 'notes.delete', arguments: { id: '1' } }) }))
        .status,
    ).toBe(200)
    expect(calls.made).toEqual(['notes.delete 1'])
  })

  it('a request without a credential answers 401 for every method, in words for clients that know only OAuth', async () => {
    const { url } = await protect(host)
    for (const method of ['initialize', 'ping', 'server/discover', 'tools/list', 'tools/call']) {
      const body = JSON.stringify(call(method))
      const authorization = { authorization: 'Bearer token-of-oauth' }
      const response = await fetch(`${url}/mcp`, {
        method: 'POST',
        headers: { ...post, ...authorization },
        body,
      })
      expect(response.status).toBe(401)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'aauth-requirement': 'requirement=agent-token',
        'accept-signature-scheme': expect.any(String),
      })
      expect(response.headers.get('www-authenticate')).toBe(null)
      expect(await response.text()).toContain('an OAuth authorization flow cannot succeed here')
    }
  })

  it('there is no document of OAuth for this server', async () => {
    const { url } = await protect(host)
    const response = await fetch(`${url}/.well-known/oauth-protected-resource/mcp`)
    expect([401, 404]).toContain(response.status)
  })

  it('events name the entry, and methods of clients only where they are known', async () => {
    const { agent, send, events } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    await send({ token, body: call(granted.method, granted.params) })
    await send({ token, body: call('notes/steal') })
    await send({ token, body: call('resources/read', { uri: 'notes://one/7' }) })
    expect(events.map(({ requirement, outcome }) => `${requirement} ${outcome}`)).toEqual([
      'connect accepted',
      'undefined accepted',
      'tools/call notes.list accepted',
      'connect accepted',
      'undefined accepted',
      'method (not listed) refused',
      'connect accepted',
      'undefined accepted',
      'resources/read notes://one/{id} challenged',
    ])
  })

  it('a recorder that fails keeps tools from being called', async () => {
    const failing = { recorder: () => Promise.reject(new Error('disk full')) }
    const { agent, send, calls } = await protect(host, {}, failing)
    const token = await agent.authToken({ scope: 'notes.read' })
    const response = await send({ token, body: call(granted.method, granted.params) })
    expect(await verdictOf(response)).toEqual([503, 'server_error'])
    expect(calls.made).toEqual([])
  })
})

it('methods that are listed are served as the table says', async () => {
  const { agent, send } = await protect(v1Stateless, {
    methods: { 'logging/setLevel': { scope: 'notes.write' } },
  })
  const body = call('logging/setLevel', { level: 'debug' })
  const [narrow, wide] = [
    await agent.authToken({ scope: 'notes.read' }),
    await agent.authToken({ scope: 'notes.write' }),
  ]
  expect((await send({ token: narrow, body })).status).toBe(401)
  expect((await send({ token: wide, body })).status).toBe(200)
})

it('"connect" guards everything else', async () => {
  const { agent, send } = await protect(v2, { connect: { scope: 'notes.write' } })
  const token = await agent.authToken({ scope: 'notes.read' })
  for (const method of ['ping', 'tools/list', 'initialize', 'server/discover'])
    expect((await send({ token, ...modern(method) })).status).toBe(401)
})

it('subscriptions/listen counts as every resource that it names', async () => {
  const { agent, send } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  const verdict = async (resourceSubscriptions: unknown) =>
    (await send({ token, ...modern('subscriptions/listen', { notifications: { resourceSubscriptions } }) }))
      .status
  expect(await verdict(['notes://one/7'])).toBe(401)
  expect(await verdict(['notes://all', 'notes://secret'])).toBe(403)
  expect(await verdict('notes://secret')).toBe(403)
})
