import { createServer, type RequestListener } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import { type MissionGrant, mayResume, missionGrant } from '@aauth-guard/core/missions'
import { getAuth } from '@aauth-guard/mcp'
import { protectMcp } from '@aauth-guard/mcp/v2'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'

/** What the scopes of the server mean, for consent screens. */
export const scopes = { 'runs.read': 'See your runs', 'runs.work': 'Work on your runs' }

interface Run {
  readonly grant: MissionGrant
  steps: number
}

const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })

/** An MCP server with three tools. A run belongs to a mission and to the runtimes of one agent provider. */
export function runsServer(resource: Resource): RequestListener {
  const runs = new Map<string, Run>()
  const makeServer = (): McpServer => {
    const server = new McpServer({ name: 'runs', version: '1.0.0' }, { capabilities: { logging: {} } })
    server.registerTool('runs.count', { description: 'How many runs there are' }, () =>
      text(`${runs.size} runs`),
    )
    const inputSchema = z.object({ run: z.string() })
    server.registerTool(
      'runs.step',
      { description: 'Begins a run, or goes on with it', inputSchema },
      ({ run: id }, ctx) => {
        const auth = getAuth(ctx, 'auth-token')
        const run = runs.get(id) ?? { grant: missionGrant(auth), steps: 0 }
        if (mayResume(run.grant, auth) !== 'match') throw new Error('this run is not yours')
        runs.set(id, run)
        run.steps++
        return text(`step ${run.steps}`)
      },
    )
    server.registerTool(
      'runs.watch',
      { description: 'Tells of a run for as long as it may', inputSchema },
      async ({ run }, ctx) => {
        const { signal, notify } = ctx.mcpReq
        await notify({ method: 'notifications/message', params: { level: 'info', data: `watching ${run}` } })
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return text('no longer')
      },
    )
    return server
  }
  const tools = {
    'runs.count': { scope: 'runs.read' },
    'runs.step': { scope: 'runs.work', mission: 'required' },
    'runs.watch': { scope: 'runs.work', mission: 'required' },
  } as const
  return toNodeHandler({
    fetch: protectMcp(resource, createMcpHandler(makeServer), { tools }),
  }) as RequestListener
}

/** Serves it on a port, as a program would. */
export function listen(resource: Resource, port: number): void {
  createServer(runsServer(resource)).listen(port)
}
