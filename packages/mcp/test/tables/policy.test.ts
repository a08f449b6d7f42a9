import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { authzen } from '@aauth-guard/core/authzen'
import { expect, it, onTestFinished } from 'vitest'
import { call, modern, protect, verdictOf } from '../scene.ts'
import { v1Stateless, v2 } from '../servers/hosts.ts'

it.each([v1Stateless, v2])(
  '$name: a policy server decides about a tool by the action that its entry names',
  async (host) => {
    const actions: string[] = []
    let decision: unknown = true
    const server = createServer(async (request, response) => {
      let content = ''
      for await (const part of request.setEncoding('utf8')) content += part
      actions.push(JSON.parse(content).action.name)
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ decision }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const policy = authzen({ pdp: `http://127.0.0.1:${port}/access/v1/evaluation` })
    const { agent, calls, send } = await protect(host, {
      tools: { 'notes.list': { scope: 'notes.read', check: policy.action('notes.list') } },
    })
    const token = await agent.authToken({ scope: 'notes.read' })
    const list = { name: 'notes.list', arguments: {} }
    const sent = () => (host.isModern ? modern('tools/call', list) : { body: call('tools/call', list) })
    expect((await send({ token, ...sent() })).status).toBe(200)
    decision = false
    expect(await verdictOf(await send({ token, ...sent() }))).toEqual([403, 'access_denied'])
    decision = 'true'
    expect(await verdictOf(await send({ token, ...sent() }))).toEqual([503, 'server_error'])
    expect([actions, calls.made]).toEqual([['notes.list', 'notes.list', 'notes.list'], ['notes.list']])
  },
)
