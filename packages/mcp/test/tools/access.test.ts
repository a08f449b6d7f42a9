import type { RequestListener } from 'node:http'
import { createResource } from '@aauth-guard/core'
import {
  createConsent,
  grantSession,
  hold,
  managedAccess,
  requireInteraction,
} from '@aauth-guard/core/managed'
import { getAuth, stepUpTool } from '@aauth-guard/mcp'
import { protectMcp } from '@aauth-guard/mcp/v1'
import { type Agent, dial, toSignedRequest } from '@aauth-guard/testing'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express from 'express'
import { describe, expect, it } from 'vitest'
import { call, messagesOf, modern, post, protect, type Scene, type Sent } from '../scene.ts'
import { type Host, hosts, v1Stateless, v2 } from '../servers/hosts.ts'
import { tables } from '../servers/tables.ts'

const accept = ['agent-token', 'auth-token'] as const
const tools = {
  ...tables.tools,
  'notes.list': { accept, scope: 'notes.read', sessions: true },
  'notes.purge': { accept, scope: 'notes.read', sessions: true },
} as const
const listing = { name: 'notes.list', arguments: {} }

function serve(host: Host): Promise<Scene> {
  return protect(host, { tools }, { managed: managedAccess(), defaultScope: 'notes.read' })
}

/** The value of a session that the agent of a scene was given elsewhere, such as on a page of the application. */
async function sessionOf({ call: authorize, resource }: Scene, token: string): Promise<string> {
  const auth = await authorize(token, { requirement: { accept, sessions: true } as never })
  const { id } = await createConsent(resource, auth, { person: 'alice', scope: 'notes.read' })
  return (await grantSession(resource, auth, id)) as string
}

const stateless = hosts.filter(({ hasSessions }) => !hasSessions)

describe.each(stateless)('a session (AAuth-Access) on $name', (host) => {
  const sent = (value: string, more: Partial<Sent> = {}): Omit<Sent, 'token'> => ({
    body: call('tools/call', listing),
    ...more,
    headers: { ...post, ...more.headers, authorization: `AAuth ${value}` },
  })

  it('lets an agent with an agent token call a tool, and nobody else [ACCESS-2, ACCESS-3, M17, M19]', async () => {
    const scene = await serve(host)
    const { agent, calls, net, send } = scene
    const token = await agent.agentToken()
    const value = await sessionOf(scene, token)
    expect((await send({ token, body: call('tools/call', listing) })).status).toBe(401)
    const served = await send({ token, ...sent(value) })
    expect([served.status, (await messagesOf(served))[0]?.result?.isError]).toEqual([200, undefined])
    const thief: Agent = await net.agent({ name: 'thief' })
    expect((await send({ agent: thief, token: await thief.agentToken(), ...sent(value) })).status).toBe(401)
    expect(calls.made).toEqual(['notes.list'])
    // The server does not see the value.
    expect(calls.headers.flat()).not.toContain('authorization')
  })

  it('is replaced on the answer, in a field that no cache stores [ACCESS-5, ACCESS-6]', async () => {
    const scene = await serve(host)
    const { agent, send } = scene
    const value = await sessionOf(scene, await agent.agentToken({ lifetime: 1800 }))
    const token = await agent.agentToken({ lifetime: 7200 })
    const served = await send({ token, ...sent(value) })
    const next = served.headers.get('aauth-access') as string
    expect([served.status, served.headers.get('cache-control')]).toEqual([
      200,
      expect.stringContaining('no-store'),
    ])
    expect(next).toMatch(/^[A-Za-z0-9._~+/-]{64,2048}=*$/)
    expect(next).not.toBe(value)
    const again = await send({ token, ...sent(next) })
    expect([again.status, again.headers.get('aauth-access')]).toEqual([200, null])
  })
})

it('a session is replaced on the refusal of a tool as well [ACCESS-5]', async () => {
  const listener: Host['listener'] = (_, resource, options) =>
    express().all('/mcp', protectMcp(resource, options), async (request, response) => {
      const server = new McpServer({ name: 'notes', version: '1' })
      server.registerTool('notes.purge', {}, (extra) =>
        stepUpTool(resource, getAuth(extra, 'agent-token'), { scope: 'notes.purge' }),
      )
      server.registerTool('notes.list', {}, () => ({ content: [] }))
      const transport = new StreamableHTTPServerTransport()
      await server.connect(transport as never)
      await transport.handleRequest(request, response, request.body)
    }) as RequestListener
  const scene = await serve({ ...v1Stateless, listener })
  const { agent, send } = scene
  const value = await sessionOf(scene, await agent.agentToken({ lifetime: 1800 }))
  const token = await agent.agentToken({ lifetime: 7200 })
  const purge = { name: 'notes.purge', arguments: {} }
  const carrying = (session: string) => ({ ...post, authorization: `AAuth ${session}` })
  const refused = await send({ token, body: call('tools/call', purge), headers: carrying(value) })
  expect([refused.status, refused.headers.get('aauth-requirement')]).toEqual([
    401,
    expect.stringMatching(/^requirement=/),
  ])
  expect(refused.headers.get('cache-control')).toContain('no-store')
  const next = refused.headers.get('aauth-access') ?? ''
  expect((await send({ token, body: call('tools/call', listing), headers: carrying(next) })).status).toBe(200)
})

it('a session counts for a call of revision 2026-07-28, which is decided by its headers', async () => {
  const scene = await serve(v2)
  const token = await scene.agent.agentToken()
  const authorization = `AAuth ${await sessionOf(scene, token)}`
  const { body, headers } = modern('tools/call', listing)
  expect((await scene.send({ token, body, headers })).status).toBe(401)
  expect((await scene.send({ token, body, headers: { ...headers, authorization } })).status).toBe(200)
})

it('a list shows what a session grants if "connect" takes sessions', async () => {
  const namesWith = async (sessions: boolean): Promise<unknown> => {
    const options = { tools, list: 'granted', connect: { accept, sessions } } as const
    const scene = await protect(v2, options, { managed: managedAccess(), defaultScope: 'notes.read' })
    const token = await scene.agent.agentToken()
    const authorization = `AAuth ${await sessionOf(scene, token)}`
    const listed = await scene.send({
      token,
      body: call('tools/list'),
      headers: { ...post, authorization },
    })
    return (await messagesOf(listed))[0]?.result?.tools?.map(({ name }) => name)
  }
  expect(await namesWith(true)).toEqual(['notes.list', 'notes.purge'])
  expect(await namesWith(false)).toEqual([])
})

it('of a value that the server sets and one of the guard, the one of the guard goes out', async () => {
  const listener: Host['listener'] = (_, resource, options) =>
    express().all('/mcp', protectMcp(resource, options), (request, response) => {
      const auth = getAuth({ authInfo: (request as { auth?: never }).auth } as never, 'agent-token')
      response.setHeader('aauth-access', ['of-the-server', 'and-another'])
      response.json({ jsonrpc: '2.0', id: 1, result: { person: auth.session?.person } })
    }) as RequestListener
  const scene = await serve({ ...v1Stateless, listener })
  const value = await sessionOf(scene, await scene.agent.agentToken({ lifetime: 1800 }))
  const served = await scene.send({
    token: await scene.agent.agentToken({ lifetime: 7200 }),
    body: call('tools/call', listing),
    headers: { ...post, authorization: `AAuth ${value}` },
  })
  expect(await served.json()).toMatchObject({ result: { person: 'alice' } })
  expect(served.headers.get('aauth-access')).toMatch(/^[A-Za-z0-9._~+/-]{64,2048}=*$/)
})

it('a cancelled pending request is answered with 204 by SDK 2', async () => {
  // The routes of the resource are served beside the server.
  const scene = await serve(v2)
  const held = hold(scene.resource, { name: 'pay', scope: 'notes.write' }, () => ({ status: 204 }), {
    durability: 'lossy',
  })
  const { agent, net, url } = scene
  const token = await agent.personToken()
  const sent = { method: 'POST' }
  const params = { nonce: 'a' }
  const request = toSignedRequest(await agent.sign(`${net.resource}/pay`, sent, { token, params }))
  const { headers } = await held.answer(request, async () => new Uint8Array())
  net.clock.advance(2)
  const cancel = await agent.sign(headers.location ?? '', { method: 'DELETE' }, { token })
  expect((await dial(url, cancel)).status).toBe(204)
})

it('a requirement that asks a person is refused at start, since clients would take the 202 for done', () => {
  const resource = createResource({
    issuer: 'https://notes.example',
    trust: 'any',
    scopes: { 'notes.read': 'Read your notes' },
    managed: managedAccess({ interaction: { url: 'https://notes.example/agents' } }),
  })
  const asking = requireInteraction(
    resource,
    { name: 'notes', accept: 'agent-token' },
    { scope: 'notes.read', consentOf: () => undefined },
  )
  const { name: _, ...nameless } = asking
  for (const requirement of [asking, nameless])
    expect(() => protectMcp(resource, { tools: { 'notes.list': requirement as never } })).toThrow(
      '"tools" of protectMcp, "notes.list": requireInteraction cannot be used here',
    )
})
