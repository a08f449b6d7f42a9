import type { Agent } from '@aauth-guard/testing'

export { agentOf, secret, serveDevWorld } from '@aauth-guard/fixtures/dev-world'

/** Asks the person server with a signed request. @returns the answer, and how to look again */
export async function ask(agent: Agent, path: string, body: unknown) {
  const { id = '' } = agent.personServer ?? {}
  const token = await agent.agentToken()
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
  const nonce = () => ({ nonce: crypto.randomUUID() })
  const response = await agent.fetch(`${id}${path}`, request, { token, digest: true, params: nonce() })
  const [, code = ''] = /code="([^"]+)"/.exec(response.headers.get('aauth-requirement') ?? '') ?? []
  const poll = () => agent.fetch(response.headers.get('location') ?? '', {}, { token, params: nonce() })
  return { status: response.status, code, poll }
}
