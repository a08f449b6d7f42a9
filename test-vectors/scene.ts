import { type Agent, createTestNetwork, TestIssuer, type TestNetwork } from '@aauth-guard/testing'
import { es256 } from './keys.ts'
import type { DocumentData, Documents } from './vector.ts'

/** The second at which every vector plays unless it says otherwise. */
export const now = 1_790_000_000
export const resourceId = 'https://notes.example'

/** Who takes part. Every vector has a scene of its own, so that none depends on another. */
export interface Scene {
  readonly agent: Agent
  readonly agentProvider: TestIssuer
  readonly personServer: TestIssuer
  readonly accessServer: TestIssuer
}

/** Makes the agent that calls; `p256Provider` is an agent provider that signs with ES256. */
export type Casting = (net: TestNetwork, p256Provider: TestIssuer) => Promise<Agent>

export async function makeScene(cast: Casting = (net) => net.agent()): Promise<Scene> {
  const net = await createTestNetwork({ now, seed: 'test vectors', resource: resourceId })
  const { agentProvider, personServer, accessServer } = net
  const p256Provider = new TestIssuer(net, 'agent-provider', 'https://p256.example', es256)
  return { agent: await cast(net, p256Provider), agentProvider, personServer, accessServer }
}

const documentOf = {
  'agent-provider': '/.well-known/aauth-agent.json',
  'person-server': '/.well-known/aauth-person.json',
  'access-server': '/.well-known/aauth-access.json',
} as const

/** What an issuer publishes; `null` for one that cannot be reached. */
export async function documentsOf(issuer: TestIssuer): Promise<Documents | null> {
  const documents: Record<string, DocumentData> = {}
  for (const path of [documentOf[issuer.role], '/jwks.json']) {
    try {
      const response = await issuer.answer(path, undefined)
      documents[path] = {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      }
    } catch {
      return null
    }
  }
  return documents
}
