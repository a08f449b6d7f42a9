import { createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { signingKey } from '@aauth-guard/fixtures/keys'
import type { TestNetwork } from '@aauth-guard/testing'

/** The resource that the doors of these tests guard. */
export function notesResource(net: TestNetwork, options: Partial<ResourceOptions> = {}): Resource {
  return createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: ['https://ps.example'] },
    scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
    defaultScope: 'notes.read',
    signingKey,
    fetch: net.fetch,
    now: net.clock.now,
    ...options,
  })
}
