import type { Agent, AgentRequest, SignOptions } from '@aauth-guard/testing'

const ps = 'https://ps.example'

/** A request with JSON content. */
export const post = (body: unknown): AgentRequest => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

/** Calls the person server, by default with an agent token. */
export async function ask(
  agent: Agent,
  path: string,
  body: unknown,
  options: Partial<SignOptions> = {},
): Promise<[status: number, body: Record<string, string>]> {
  const token = options.token ?? (await agent.agentToken())
  const response = await agent.fetch(`${ps}${path}`, post(body), { digest: true, ...options, token })
  return [response.status, (await response.json()) as Record<string, string>]
}
