/** The API with its pages on a loopback socket, agents that call it, and persons who are given codes. */
import { createResource, type ResourceOptions } from '@aauth-guard/core'
import { managedAccess } from '@aauth-guard/core/managed'
import { type Agent, type AgentRequest, createTestNetwork, type SignOptions } from '@aauth-guard/testing'
import { parseDictionary } from 'structured-headers'
import { onTestFinished } from 'vitest'
import { scopes } from './access.ts'
import { notesApi } from './app.ts'

export const pagePath = '/agents'
const url = `https://notes.example${pagePath}`
const sealingKeys = [{ kid: 'a', key: Uint8Array.from({ length: 32 }, (_, i) => i) }]

/** What an agent was told that has to wait. */
export interface Waiting {
  readonly code: string
  readonly poll: () => Promise<Response>
}

export async function consentScene(options: Partial<ResourceOptions> = {}) {
  const net = await createTestNetwork({ now: 1_790_000_000 })
  onTestFinished(() => net.close())
  const resource = createResource({
    issuer: net.resource,
    trust: 'any',
    fetch: net.fetch,
    now: net.clock.now,
    scopes,
    managed: managedAccess({ sealingKeys, interaction: { url } }),
    ...options,
  })
  const app = notesApi(resource, { url, persons: ['Ada', 'Grace'], now: net.clock.now })
  const { port } = new URL((await net.listen(app)).url)
  const agent = await net.agent({ personServer: null })
  const token = await agent.agentToken({ lifetime: 3600 })

  async function call(request: AgentRequest = {}, how: Partial<SignOptions> & { agent?: Agent } = {}) {
    const { agent: caller = agent, ...signing } = how
    const headers = { 'aauth-capabilities': 'interaction, clarification', ...request.headers }
    return caller.fetch(`${net.resource}/notes`, { ...request, headers }, { token, ...signing })
  }

  /** Calls, and is asked to wait for a person. */
  async function ask(request: AgentRequest = {}, how: Parameters<typeof call>[1] = {}): Promise<Waiting> {
    const response = await call(request, how)
    const [, params] =
      parseDictionary(response.headers.get('aauth-requirement') ?? '').get('requirement') ?? []
    const location = response.headers.get('location') ?? ''
    const { agent: caller = agent, token: shown = token } = how
    const poll = () => {
      net.clock.advance(1)
      return caller.fetch(location, {}, { token: shown })
    }
    return { code: String(params?.get('code')), poll }
  }

  return { net, resource, agent, token, call, ask, origin: `http://localhost:${port}` }
}

/** A note that is added, for which an agent needs both scopes. */
export const added: AgentRequest = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"text":"milk"}',
}
