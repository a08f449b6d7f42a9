import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type SignedMessage,
  type SignOptions,
  type TestIssuer,
  type TestNetwork,
} from '@aauth-guard/testing'
import { type RunningTarget, serveIssuers, startTarget } from './running-target.ts'

/** The resource that the target is. */
export const api = 'https://api.example'

/** The one agent provider that `/ours` admits. */
export const ours = 'https://ours.example'

/** An example key, for tests alone. */
const signingKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'Ed25519',
  kid: 'r1',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
}

/** One that is published beside it. */
const nextKey = {
  kty: 'OKP',
  crv: 'Ed25519',
  alg: 'Ed25519',
  kid: 'r2',
  x: 'PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw',
}

const wrongs = ['redirect', 'other-issuer', 'huge', 'server-error'] as const

/** A running target, issuers on loopback that it dials, and an agent that calls it. */
export interface TargetWorld {
  readonly net: TestNetwork
  readonly agent: Agent
  /** Of the provider {@link ours}. */
  readonly ourAgent: Agent
  readonly target: RunningTarget
  /** Person servers whose documents are wrong. */
  readonly wrong: Readonly<Record<(typeof wrongs)[number], TestIssuer>>
  sign(
    token: string,
    path: string,
    request?: AgentRequest,
    how?: Partial<SignOptions>,
  ): Promise<SignedMessage>
  call(token: string, path: string, request?: AgentRequest, how?: Partial<SignOptions>): Promise<Response>
  end(): Promise<void>
}

export async function startWorld(adapter = 'express', missionStatus: unknown = null): Promise<TargetWorld> {
  const net = await createTestNetwork({ resource: api })
  const agent = await net.agent()
  const wrong = {} as Record<(typeof wrongs)[number], TestIssuer>
  for (const how of wrongs) {
    wrong[how] = await net.issuer('person-server', `https://${how}.example`)
    wrong[how].misbehave(how)
  }
  const provider = await net.issuer('agent-provider', ours)
  const issuers = [provider, net.agentProvider, net.personServer, net.accessServer, ...Object.values(wrong)]
  const { origins, close } = await serveIssuers(...issuers)
  const target = await startTarget({
    adapter,
    port: 0,
    issuer: api,
    signingKey,
    publishedKeys: [nextKey],
    accessMode: 'person-token',
    accounts: { 'a-1': [{ ps: net.personServer.id, sub: 'person-1' }] },
    revocationDelegates: { [net.accessServer.id]: [net.personServer.id] },
    legacyPersonTokenJti: [net.accessServer.id],
    scopes: { 'data.read': 'Read your data' },
    trust: { agentProviders: 'any', personServers: 'any', accessServers: [net.accessServer.id] },
    accessServer: net.accessServer.id,
    generations: ['mission-header', 'person-token'],
    replay: 'off',
    missionStatus,
    origins,
    routes: [
      { path: '/read', require: { accept: 'auth-token', scope: 'data.read' } },
      { path: '/person', require: { accept: 'person-token' } },
      { path: '/mission', require: { accept: 'person-token', mission: 'required' } },
      {
        path: '/class',
        require: { class: { provider: [ours, net.agentProvider.id] }, classPolicy: 'mission-only' },
      },
      { path: '/ours', require: { accept: 'agent-token', trust: { agentProviders: [ours] } } },
      ...['/agent', '/a/:id', '/files/*', '/(x)[y]!+', '/a%2Fb', '/Case'].map((path) => ({
        path,
        require: { accept: 'agent-token' },
      })),
      // The resource's own routes come first.
      { path: '/aauth/jwks.json', require: { accept: 'agent-token' } },
      { path: '/optional', require: { accept: 'agent-token', optional: true } },
    ],
  })
  const sign: TargetWorld['sign'] = (token, path, request = {}, how = {}) =>
    agent.sign(`${api}${path}`, request, { token, ...how })
  return {
    net,
    agent,
    ourAgent: await net.agent({ name: 'ours', provider }),
    target,
    wrong,
    sign,
    call: (token, path, request = {}, how = {}) =>
      agent.fetch(`${api}${path}`, request, { token, via: target.url, ...how }),
    async end() {
      target.process.kill('SIGTERM')
      await Promise.all([target.ended, close()])
    },
  }
}
