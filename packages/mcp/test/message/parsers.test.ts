import type { Resource } from '@aauth-guard/core'
import type { McpOptions } from '@aauth-guard/mcp'
import { protectMcp } from '@aauth-guard/mcp/v1'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import express, { type Express } from 'express'
import { expect, it } from 'vitest'
import { call, protect, verdictOf } from '../scene.ts'
import type { Calls } from '../servers/calls.ts'
import { type Host, v1Stateless } from '../servers/hosts.ts'
import { notesV1 } from '../servers/notes-v1.ts'

/** A server whose author got something wrong. */
function mistaken(
  build: (app: Express, calls: Calls, resource: Resource, options: McpOptions) => void,
): Host {
  return {
    ...v1Stateless,
    listener(calls, resource, options) {
      const app = express()
      build(app, calls, resource, options)
      return app
    },
  }
}

const list = () => call('tools/call', { name: 'notes.list', arguments: {} })

it('behind a body parser, nothing is served, and the log says what to do', async () => {
  const host = mistaken((app, calls, resource, options) => {
    app.use(express.json())
    app.all('/mcp', protectMcp(resource, options), () => void calls.made.push('served'))
  })
  const { agent, calls, events, send } = await protect(host)
  const token = await agent.authToken({ scope: 'notes.read' })
  expect(await verdictOf(await send({ token, body: list() }))).toEqual([500, 'server_error'])
  expect(calls.made).toEqual([])
  expect(events.at(-1)?.hint).toContain('mount protectMcp before express.json()')
})

it('a transport that is not given the message finds nothing to parse', async () => {
  const host = mistaken((app, calls, resource, options) => {
    app.all('/mcp', protectMcp(resource, options), async (req, res) => {
      const transport = new StreamableHTTPServerTransport()
      await notesV1(calls).connect(transport as never)
      await transport.handleRequest(req, res)
    })
  })
  const { agent, calls, send } = await protect(host)
  const token = await agent.authToken({ scope: 'notes.read' })
  const response = await send({ token, body: list() })
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(calls.made).toEqual([])
})
