import { describe, expect, it } from 'vitest'
import { call, messagesOf, modern, post, protect, type Sent, verdictOf } from '../scene.ts'
import { v1Stateless, v2 } from '../servers/hosts.ts'

const list = modern('tools/call', { name: 'notes.list', arguments: {} })
const secret = modern('tools/call', { name: 'notes.delete', arguments: {} })
const base64 = (text: string) => Buffer.from(text).toString('base64')
const addLine =
  (name: string, value: string): NonNullable<Sent['onTheWay']> =>
  (message) => ({ ...message, headers: [[name, value], ...message.headers] })

describe('a request that names one thing in its headers and another in its content', () => {
  it.each<[what: string, sent: Omit<Sent, 'token'>]>([
    ['another tool', { body: secret.body, headers: list.headers }],
    [
      'another tool, encoded',
      { body: secret.body, headers: { ...list.headers, 'mcp-name': `=?base64?${base64('notes.list')}?=` } },
    ],
    [
      'the tool in other letter case',
      { body: list.body, headers: { ...list.headers, 'mcp-name': 'Notes.List' } },
    ],
    ['the tool with a space', { body: list.body, headers: { ...list.headers, 'mcp-name': 'notes. list' } }],
    [
      'the tool percent-encoded',
      { body: list.body, headers: { ...list.headers, 'mcp-name': 'notes%2Elist' } },
    ],
    [
      'the tool in base64 without padding',
      { body: list.body, headers: { ...list.headers, 'mcp-name': '=?base64?bm90ZXMubGlzdA?=' } },
    ],
    [
      'the tool in base64 with other bits',
      { body: list.body, headers: { ...list.headers, 'mcp-name': '=?base64?bm90ZXMubGlzdB==?=' } },
    ],
    [
      'the tool in base64 in other letter case',
      { body: list.body, headers: { ...list.headers, 'mcp-name': `=?BASE64?${base64('notes.list')}?=` } },
    ],
    [
      'octets that are not UTF-8',
      { body: list.body, headers: { ...list.headers, 'mcp-name': '=?base64?/w==?=' } },
    ],
    ['another method', { body: list.body, headers: { ...list.headers, 'mcp-method': 'tools/list' } }],
    [
      'the method in other letter case',
      { body: list.body, headers: { ...list.headers, 'mcp-method': 'Tools/Call' } },
    ],
    [
      'a name where the method has none',
      { ...modern('tools/list'), headers: { ...modern('tools/list').headers, 'mcp-name': 'notes.list' } },
    ],
    ['a method for a response', { body: { jsonrpc: '2.0', id: 1, result: {} }, headers: list.headers }],
  ])('%s: answers 400 or 403, and no tool is called', async (_, sent) => {
    const { agent, send, calls } = await protect(v2)
    const token = await agent.authToken({ scope: 'notes.read' })
    const [status, code] = await verdictOf(await send({ token, ...sent }))
    // What the headers name is decided before the content is read.
    expect([
      [400, -32020],
      [403, 'access_denied'],
    ]).toContainEqual([status, code])
    expect(calls.made).toEqual([])
  })

  it.each(['mcp-method', 'mcp-name', 'mcp-protocol-version', 'mcp-session-id'])(
    'two lines of %s are refused',
    async (name) => {
      const { agent, send, calls } = await protect(v1Stateless)
      const token = await agent.authToken({ scope: 'notes.read' })
      // Unsigned for fields that need not be covered.
      const headers = { ...list.headers, [name]: (list.headers as Record<string, string>)[name] ?? 'x' }
      const added = addLine(name, headers[name] as string)
      const [status] = await verdictOf(await send({ token, body: list.body, headers, onTheWay: added }))
      expect([400, 401]).toContain(status)
      expect(calls.made).toEqual([])
    },
  )

  it('two lines of mcp-method that were signed as such are refused', async () => {
    const { agent, send } = await protect(v1Stateless)
    const token = await agent.authToken({ scope: 'notes.read' })
    const headers = { ...list.headers, 'mcp-method': 'tools/call, tools/call' }
    const split: NonNullable<Sent['onTheWay']> = (message) => ({
      ...message,
      headers: message.headers.flatMap(([name, value]): (readonly [string, string])[] =>
        name === 'mcp-method'
          ? [
              [name, 'tools/call'],
              [name, 'tools/call'],
            ]
          : [[name, value]],
      ),
    })
    const response = await send({ token, body: list.body, headers, onTheWay: split })
    expect(await verdictOf(response)).toEqual([400, -32020])
  })
})

describe('what must be signed', () => {
  it.each(['mcp-method', 'mcp-name'])(
    '%s that the signature does not cover answers 401 invalid_input',
    async (name) => {
      const { agent, send, calls } = await protect(v2)
      const token = await agent.authToken({ scope: 'notes.read' })
      const { [name as 'mcp-name']: value, ...headers } = list.headers
      const response = await send({ token, body: list.body, headers, onTheWay: addLine(name, value ?? '') })
      expect(response.headers.get('signature-error')).toMatch(`error=invalid_input`)
      expect(response.headers.get('signature-error')).toContain(name)
      expect(calls.made).toEqual([])
    },
  )

  it.each([
    [v2, list],
    [v2, { body: { ...list.body, params: { name: 'notes.list' } }, headers: post }],
    [v1Stateless, { body: { ...list.body, params: { name: 'notes.list' } }, headers: post }],
  ])('content that the signature does not cover answers 401 invalid_input (%#)', async (host, sent) => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const response = await send({ token, ...sent, digest: false })
    expect(response.headers.get('signature-error')).toMatch(/error=invalid_input.*"content-digest"/)
    expect(calls.made).toEqual([])
  })

  it.each([v2, v1Stateless])(
    '$name: the same signed head with another body answers 401 invalid_signature',
    async (host) => {
      const { agent, send, calls } = await protect(host)
      const token = await agent.authToken({ scope: 'notes.read' })
      const body = { ...list.body, params: { name: 'notes.list', arguments: { id: '1' } } }
      const other = new TextEncoder().encode(JSON.stringify(body).replace('"1"', '"2"'))
      const response = await send({ token, body, onTheWay: (message) => ({ ...message, body: other }) })
      expect(await verdictOf(response)).toEqual([401, 'invalid_signature'])
      expect(calls.made).toEqual([])
    },
  )

  it('a request of revision 2026-07-28 without mcp-method, or without mcp-name, answers 400', async () => {
    const { agent, send } = await protect(v2)
    const token = await agent.authToken({ scope: 'notes.read' })
    for (const missing of ['mcp-method', 'mcp-name']) {
      const headers = Object.fromEntries(Object.entries(list.headers).filter(([name]) => name !== missing))
      expect(await verdictOf(await send({ token, body: list.body, headers }))).toEqual([400, -32020])
    }
  })

  it('"unsignedArguments" of a tool lifts the digest where its name is signed, and nowhere else', async () => {
    const { agent, send, calls } = await protect(v2)
    const token = await agent.authToken({ scope: 'notes.read' })
    const find = modern('tools/call', { name: 'notes.find', arguments: {} })
    expect((await send({ token, ...find, digest: false })).status).toBe(200)
    const unnamed = { ...find.body, params: { name: 'notes.find' } }
    expect((await send({ token, body: unnamed, digest: false })).status).toBe(401)
    expect((await send({ token, ...list, digest: false })).status).toBe(401)
    expect(calls.made).toEqual(['notes.find'])
  })

  it('a name that is not ASCII is decoded', async () => {
    const { agent, send } = await protect(v2)
    const token = await agent.authToken({ scope: 'notes.read' })
    const { body, headers } = modern('prompts/get', { name: 'résumé' })
    const encoded = { ...headers, 'mcp-name': `=?base64?${base64('résumé')}?=` }
    const response = await send({ token, body, headers: encoded })
    expect([response.status, (await messagesOf(response))[0]?.error]).toEqual([200, undefined])
  })

  it('a call that the headers name is refused before its content is read', async () => {
    const { agent, send, events } = await protect(v2)
    const token = await agent.authToken({ scope: 'notes.read' })
    // The content is not JSON, and nobody notices.
    const response = await send({
      token,
      body: '{',
      headers: { ...list.headers, 'mcp-name': 'notes.secret' },
    })
    expect(await verdictOf(response)).toEqual([403, 'access_denied'])
    expect(events.map(({ requirement, outcome }) => [requirement, outcome])).toEqual([
      ['tools/call (not listed)', 'refused'],
    ])
  })

  it('the metadata says that the content must be signed', async () => {
    const { url } = await protect(v2)
    const response = await fetch(`${url}/.well-known/aauth-resource.json`)
    expect(await response.json()).toMatchObject({ additional_signature_components: ['content-digest'] })
  })
})

/** SDK 1 reads none of these headers, so nobody else compares them. */
describe('in front of a server that does not know the headers', () => {
  const body = call('tools/call', { name: 'notes.list', arguments: {} })
  const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }
  const version = { 'mcp-protocol-version': '2026-07-28' }
  const encoded = (octets: string) => ({ 'mcp-name': `=?base64?${octets}?=` })

  it.each<[what: string, headers: Record<string, string>, body: object]>([
    ['another method', { 'mcp-method': 'tools/list' }, body],
    ['another name', { 'mcp-name': 'notes.delete' }, body],
    ['a name that is not encoded well', encoded('bm90ZXMubGlzdA'), body],
    ['a name that is not UTF-8', encoded('/w=='), call('tools/call', { name: '\ufffd' })],
    ['no method, with the version of 2026-07-28 in its headers', version, body],
    ['no method, with the version in its content', {}, call('ping', { _meta: meta })],
    [
      'no name, with the version in its content',
      { 'mcp-method': 'tools/call' },
      call('tools/call', { name: 'notes.list', _meta: meta }),
    ],
  ])('%s answers 400', async (_, headers, message) => {
    const tools = { 'notes.list': { scope: 'notes.read' }, '\ufffd': { scope: 'notes.read' } }
    const { agent, send, calls } = await protect(v1Stateless, { tools })
    const token = await agent.authToken({ scope: 'notes.read' })
    const sent = { headers: { ...post, ...headers }, body: message }
    expect(await verdictOf(await send({ token, ...sent }))).toEqual([400, -32020])
    expect(calls.made).toEqual([])
  })
})
