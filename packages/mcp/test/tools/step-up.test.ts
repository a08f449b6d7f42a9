import type { RequestListener } from 'node:http'
import { protectMcp } from '@aauth-guard/mcp/v2'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, requireScopes } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { call, messagesOf, modern, protect } from '../scene.ts'
import { type Host, hosts, v1Sessions, v2 } from '../servers/hosts.ts'

const purge = { name: 'notes.purge', arguments: {} }
const stateless = hosts.filter(({ hasSessions }) => !hasSessions)

describe.each(stateless)('$name', (host) => {
  it('a tool that steps up answers 401 with a resource token, and not with a result', async () => {
    const { agent, send, calls, events } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read' })
    const response = await send({ token, body: call('tools/call', purge) })
    expect([response.status, response.headers.get('aauth-requirement')]).toEqual([
      401,
      expect.stringMatching(/^requirement=auth-token;resource-token="/),
    ])
    expect(await response.text()).not.toContain('isError')
    expect([calls.made, events.at(-1)?.point, events.at(-1)?.outcome]).toEqual([[], 'step-up', 'challenged'])
  })

  it('with the token that grants it, the same call is served', async () => {
    const { agent, send, calls } = await protect(host)
    const token = await agent.authToken({ scope: 'notes.read notes.purge' })
    expect((await send({ token, body: call('tools/call', purge) })).status).toBe(200)
    expect(calls.made).toEqual(['notes.purge'])
  })
})

it('the same for revision 2026-07-28', async () => {
  const { agent, send } = await protect(v2)
  const token = await agent.authToken({ scope: 'notes.read' })
  expect((await send({ token, ...modern('tools/call', purge) })).status).toBe(401)
})

it('on a stream that began, the step-up is a JSON-RPC error with the requirement', async () => {
  // The transport sends an event for resumption before the tool is called.
  const { agent, send } = await protect(v1Sessions)
  const token = await agent.authToken({ scope: 'notes.read' })
  const clientInfo = { name: 'test', version: '1' }
  const begun = await send({
    token,
    body: call('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }),
  })
  await begun.text()
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-session-id': begun.headers.get('mcp-session-id') ?? '',
    'mcp-protocol-version': '2025-11-25',
  }
  const body = call('tools/call', purge)
  const response = await send({ token, body, headers })
  const last = (await messagesOf(response)).at(-1)
  expect([response.status, last?.id, last?.error?.data]).toEqual([
    200,
    body.id,
    expect.objectContaining({
      error: 'auth_token_required',
      'aauth-requirement': expect.stringMatching(/^requirement=auth-token;resource-token="/),
    }),
  ])
})

it('a challenge of the SDK for OAuth never reaches an agent', async () => {
  const host: Host = {
    ...v2,
    listener(_calls, resource, options) {
      const handler = createMcpHandler(() => {
        const server = new McpServer({ name: 'notes', version: '1.0.0' })
        const scopeChallenge = requireScopes('notes.purge')
        server.registerTool('notes.list', { description: 'list', scopeChallenge }, () => ({ content: [] }))
        return server
      })
      return toNodeHandler({ fetch: protectMcp(resource, handler, options) }) as RequestListener
    },
  }
  const { agent, send } = await protect(host)
  const token = await agent.authToken({ scope: 'notes.read' })
  const response = await send({ token, ...modern('tools/call', { name: 'notes.list', arguments: {} }) })
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([403, null])
})
