import { createResource, type DecisionEvent, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import { now } from '@aauth-guard/fixtures/world'
import { type Agent, createTestNetwork, type TestNetwork } from '@aauth-guard/testing'
import type { AdapterName } from './adapters/adapter.ts'
import { adapters, serverAdapters } from './adapters/index.ts'
import { scopes } from './api.ts'

/** One agent and the same API behind every adapter, each with a resource of its own. */
export interface ContractWorld {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly origins: ReadonlyMap<AdapterName, string>
  /** What each resource reported of its decisions. */
  readonly events: ReadonlyMap<AdapterName, DecisionEvent[]>
  close(): Promise<void>
}

export async function makeContractWorld(options: Partial<ResourceOptions> = {}): Promise<ContractWorld> {
  const net = await createTestNetwork({ now, seed: 'contract' })
  const agent = await net.agent()
  const origins = new Map<AdapterName, string>()
  const events = new Map<AdapterName, DecisionEvent[]>()
  const listened = (name: AdapterName): Resource => {
    const resource = makeResource(net, options)
    const decisions: DecisionEvent[] = []
    resource.listen({ onDecision: (event) => decisions.push(event) })
    events.set(name, decisions)
    return resource
  }
  for (const { name, build } of adapters) origins.set(name, (await net.listen(build(listened(name)))).url)
  const servers = await Promise.all(
    serverAdapters.map(async ({ name, serve }) => {
      const server = await serve(listened(name))
      origins.set(name, server.url)
      return server
    }),
  )
  const close = async (): Promise<void> => {
    await Promise.all([net.close(), ...servers.map((server) => server.close())])
  }
  return { net, agent, origins, events, close }
}

/** A resource of its own for one adapter, so that what it remembers is what that adapter was sent. */
export function makeResource(net: TestNetwork, options: Partial<ResourceOptions> = {}): Resource {
  return createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
    scopes,
    defaultScope: 'notes.read',
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    ...options,
  })
}
