import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Resource } from '@aauth-guard/core'
import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import { protectNode } from '../node/protect-node.ts'
import type { McpOptions } from '../options.ts'

/** A request behind {@link protectMcp}. */
export interface RequestV1 extends IncomingMessage {
  /** Who is calling; the SDK hands it to tools as `extra.authInfo`. */
  auth?: AuthInfo
  /** The message that was decided. Pass it to the transport: the content of the request is read. */
  body?: unknown
}

/** Middleware of Express, or of anything that calls `(req, res, next)`. */
export type HandlerV1 = (
  request: RequestV1,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/**
 * Guards an MCP server of SDK 1 on Node: who calls which tool, resource or prompt is decided before the transport gets the
 * message. Refusals are HTTP answers that agents can act on, never results of tools. Lists show what the caller has or
 * could get, sessions belong to who began them, and streams end with the token or the mission.
 *
 * Mount it on every method of the path of the server, before body parsers, and pass `req.body` to `handleRequest`. Every POST
 * must be signed with `content-digest`. Messages have at most 1 MiB and no duplicate names; batches are refused. Serve the
 * metadata and keys of the resource with `wellKnown(resource)` of `@aauth-guard/express`.
 *
 * Tools find the caller with `getAuth(extra, 'auth-token')`. The middleware also fits transports of SDK 2 for Node.
 *
 * @throws {TypeError} at once for tables and options that would not have the effect their author expects
 * @see docs/how-to/mcp.md
 * @example
 * ```ts
 * import { createResource } from '@aauth-guard/core'
 * import { protectMcp } from '@aauth-guard/mcp/v1'
 * import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
 * import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
 * import express from 'express'
 *
 * const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
 * const resource = createResource({ issuer: 'https://notes.example', trust: 'any', scopes })
 * const tools = { 'notes.list': { scope: 'notes.read' }, 'notes.delete': { scope: 'notes.write' } }
 *
 * const app = express()
 * app.all('/mcp', protectMcp(resource, { tools }), async (req, res) => {
 *   const transport = new StreamableHTTPServerTransport()
 *   await new McpServer({ name: 'notes', version: '1.0.0' }).connect(transport)
 *   await transport.handleRequest(req, res, req.body)
 * })
 * ```
 */
export function protectMcp(resource: Resource, options: McpOptions): HandlerV1 {
  return protectNode(resource, options)
}
