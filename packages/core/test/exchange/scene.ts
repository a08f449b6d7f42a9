import { isAAuthError } from '@aauth-guard/core'
import {
  type AtAccessServer,
  type AtAgent,
  type AtPersonServer,
  createIssuers,
  ExchangeError,
  type Issuers,
  type IssuersOptions,
} from '@aauth-guard/core/exchange'
import { s256 as mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  createTestNetwork,
  type TestIssuer,
  type TestNetwork,
  type TokenChanges,
} from '@aauth-guard/testing'

export const notes = 'https://notes.example'
export const ps = 'https://ps.example'
export const as = 'https://as.example'

/** A network, an agent, a resource that signs any claims, and their keys. */
export interface Scene {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly resource: TestIssuer
  readonly issuers: Issuers
  /** What the agent presented: bound to a mission, and to a tenant. */
  readonly personToken: string
  readonly agentToken: string
  /** Draft 11. */
  resourceToken(changes?: TokenChanges): Promise<string>
  /** Drafts 01 to 10. */
  olderResourceToken(changes?: TokenChanges): Promise<string>
  atPersonServer(context?: Partial<AtPersonServer>): AtPersonServer
  atAccessServer(context?: Partial<AtAccessServer>): AtAccessServer
  atAgent(context?: Partial<AtAgent>): AtAgent
}

export async function makeScene(options: IssuersOptions = {}): Promise<Scene> {
  const net = await createTestNetwork({ now, seed: 'exchange' })
  const agent = await net.agent()
  // A resource that makes further calls is its own agent provider: one key set for both documents.
  const resource = await net.issuer('agent-provider', notes)
  const documents: typeof fetch = async (input, init) =>
    String(input) === `${notes}/.well-known/aauth-resource.json`
      ? Response.json({ issuer: notes, jwks_uri: `${notes}/jwks.json` })
      : net.fetch(input, init)
  const issuers = createIssuers({ fetch: documents, now: net.clock.now, ...options })
  const agentToken = await agent.agentToken()
  const personToken = await agent.personToken({ claims: { jti: 'presented' }, mission, tenant: 'corp' })
  const common = {
    iss: notes,
    dwk: 'aauth-resource.json',
    aud: ps,
    jti: 'rt-1',
    iat: now,
    exp: now + 300,
    agent_jkt: agent.key.thumbprint,
    scope: 'notes.read notes.write',
  }
  const handed = { issuers, agentToken, presentedToken: personToken }
  return {
    net,
    agent,
    resource,
    issuers,
    personToken,
    agentToken,
    resourceToken: (changes) =>
      resource.sign(
        'aa-resource+jwt',
        { ...common, ps, sub: 'person-1', presented_jti: 'presented', mission_s256: mission, tenant: 'corp' },
        changes,
      ),
    olderResourceToken: (changes) =>
      resource.sign(
        'aa-resource+jwt',
        { ...common, agent: agent.id, mission: { approver: ps, s256: mission } },
        changes,
      ),
    atPersonServer: (context) => ({
      role: 'person-server',
      recipient: ps,
      requestKey: agent.key.thumbprint,
      ...handed,
      ...context,
    }),
    atAccessServer: (context) => ({
      role: 'access-server',
      recipient: as,
      personServer: ps,
      ...handed,
      ...context,
    }),
    atAgent: (context) => ({
      role: 'agent',
      resource: notes,
      personServer: ps,
      requestKey: agent.key.thumbprint,
      ...handed,
      ...context,
    }),
  }
}

/** The code of a refusal, or `accepted`. */
export async function verdict(checked: Promise<unknown>): Promise<string> {
  return checked.then(
    () => 'accepted',
    (error: unknown) => {
      if (error instanceof ExchangeError || isAAuthError(error)) return error.code
      throw error
    },
  )
}
