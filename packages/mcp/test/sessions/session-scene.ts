import type { Agent } from '@aauth-guard/testing'
import { call, post, type Scene } from '../scene.ts'

export const revision = '2025-11-25'

/** Headers of a request in a session. */
export function inSession(
  id: string,
  headers: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return { ...post, 'mcp-session-id': id, 'mcp-protocol-version': revision, ...headers }
}

/** The message with which a client begins. */
export function initialize(): Record<string, unknown> {
  const clientInfo = { name: 'test', version: '1' }
  return call('initialize', { protocolVersion: revision, capabilities: { elicitation: {} }, clientInfo })
}

/** Begins a session. */
export async function begin({ send }: Scene, token: string, agent?: Agent): Promise<string> {
  const response = await send({ token, body: initialize(), ...(agent && { agent }) })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  await response.body?.cancel()
  const id = response.headers.get('mcp-session-id') ?? ''
  const body = { jsonrpc: '2.0', method: 'notifications/initialized' }
  await send({ token, body, headers: inSession(id), ...(agent && { agent }) })
  return id
}
