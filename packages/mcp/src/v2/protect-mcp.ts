import type { Resource } from '@aauth-guard/core'
import type { McpHandlerRequestOptions } from '@modelcontextprotocol/server'
import { protectFetch } from '../fetch/protect-fetch.ts'
import type { McpOptions } from '../options.ts'

/** What `createMcpHandler` returns, or a function that serves like its `fetch`, such as one around a transport. */
export type ServerV2 = { readonly fetch: ServeV2 } | ServeV2

type ServeV2 = (request: Request, options?: McpHandlerRequestOptions) => Promise<Response>

/**
 * Guards an MCP server: who calls which tool, resource or prompt is decided before the server gets the message. Refusals
 * are HTTP answers that agents can act on, never results of tools. Lists show what the caller has or could get, and streams
 * end with the token or the mission.
 *
 * Every POST must be signed with `content-digest`. From revision 2026-07-28 on, the signature must also cover `mcp-method`
 * and, where there is one, `mcp-name`. Messages have at most 1 MiB and no duplicate names; batches are refused.
 *
 * Tools find the caller with `getAuth(ctx, 'auth-token')`. The routes of the resource, such as its metadata, are answered
 * as well, so one server needs nothing else.
 *
 * @returns the `fetch` of a server for Workers, Deno or Bun; for Node, wrap `{ fetch }` with `toNodeHandler`
 * @throws {TypeError} at once for tables and options that would not have the effect their author expects
 * @see docs/how-to/mcp.md
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { protectMcp } from '@aauth-guard/mcp/v2'
 * import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
 *
 * const resource = createResource({
 *   issuer: 'https://notes.example',
 *   trust: { agentProviders: ['https://agent.example'], personServers: ['https://ps.example'] },
 *   scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
 * })
 * const handler = createMcpHandler(() => new McpServer({ name: 'notes', version: '1.0.0' }))
 *
 * export default {
 *   fetch: protectMcp(resource, handler, {
 *     tools: {
 *       'notes.list': { scope: 'notes.read' },
 *       'notes.delete': { scope: 'notes.write', mission: 'required' },
 *     },
 *   }),
 * }
 * ```
 */
export function protectMcp(
  resource: Resource,
  server: ServerV2,
  options: McpOptions,
): (request: Request) => Promise<Response> {
  const serve = typeof server === 'function' ? server : server?.fetch
  if (typeof serve !== 'function')
    throw new TypeError(
      'the second argument of protectMcp has no "fetch": pass what createMcpHandler returns',
    )
  return protectFetch(resource, serve, options)
}
