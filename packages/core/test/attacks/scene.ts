import {
  Agent as Connections,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request as sendRequest,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Answer,
  type AnyRequirement,
  answer,
  authorize,
  createResource,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import { readContent, signedRequest } from '@aauth-guard/core/node'
import { anyKind } from '@aauth-guard/fixtures/requirements'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type Grant,
  type IssuerRole,
  listen,
  type SignedMessage,
  type SignOptions,
  type TestIssuer,
  type TestNetwork,
} from '@aauth-guard/testing'
import { onTestFinished, vi } from 'vitest'

/** The person server that `trust` lists here; agent providers and others are not listed. */
export const listedServer = 'https://ps.example'
/** An unlisted issuer that is not an attacker. */
export const honestProvider = 'https://agent.example'

export interface SceneOptions extends Partial<ResourceOptions> {
  readonly requirement?: AnyRequirement
  /** What is published at a URL in place of the documents of the testing kit. */
  readonly documents?: (url: URL) => Response | undefined
}

/** Every person server is admitted, and one is listed, as an agent provider: shares are of issuers in any role. */
export const anyPersonServer: SceneOptions = {
  trust: { agentProviders: [listedServer], personServers: 'any' },
}

/** Changes of a call, whose token is otherwise the one of the caller. */
export type CallChanges = AgentRequest & Partial<SignOptions>

/** An agent with a token of one issuer, who calls over a socket. */
export interface Caller {
  readonly agent: Agent
  readonly issuer: TestIssuer
  /** A fresh token; with a mission it is an auth token. */
  token(grant?: Grant): Promise<string>
  call(changes?: CallChanges): Promise<string>
  /** Documents that were fetched from the issuer. */
  fetches(): number
}

/** A guarded `node:http` server, issuers behind a socket, and callers. */
export interface Scene {
  readonly net: TestNetwork
  readonly resource: Resource
  /** Where the guarded server listens. */
  readonly port: number
  /** Every URL that the resource fetched. */
  readonly fetched: readonly string[]
  /** Sends a request over a socket: `200`, or status, code and `Retry-After`, as far as there are any. */
  send(message: SignedMessage): Promise<string>
  /** @param runtime tells agents of one issuer apart, each with a key of its own */
  caller(id: string, role?: IssuerRole, runtime?: string): Promise<Caller>
  /** Lets a server say something to the resource's own endpoint. */
  tell(by: TestIssuer, path: string, content: object): Promise<string>
}

/** A listener that guards every path alike and answers the paths of the resource itself. */
export function guarded(resource: Resource, requirement: AnyRequirement = anyKind): RequestListener {
  const accepted = { status: 200, headers: {}, body: '' }
  const decide = async (req: IncomingMessage): Promise<Answer> => {
    const request = signedRequest(req)
    const own = await answerRoutes(resource, request, (limit) => readContent(req, limit))
    return own ?? authorize(resource, request, requirement as never).then(() => accepted, answer)
  }
  return (req, res) => {
    decide(req).then(
      ({ status, headers, body }) => {
        req.resume()
        res.writeHead(status, headers).end(body)
      },
      // Whoever waits for an answer must not wait for ever.
      () => res.destroy(),
    )
  }
}

export async function makeScene({
  requirement,
  documents = () => undefined,
  fetch: egress,
  ...options
}: SceneOptions = {}): Promise<Scene> {
  const net = await createTestNetwork({ now, seed: 'costs' })
  const fetched: string[] = []
  // One server for all issuers: the path begins with the URL that is asked for.
  const published = await listen(async (req, res) => {
    const url = req.url?.slice(1) ?? ''
    const response = documents(new URL(url)) ?? (await net.fetch(url).catch(() => undefined))
    // The connection ends without an answer.
    if (response === undefined) res.destroy()
    else res.writeHead(response.status, [...response.headers].flat()).end(await response.text())
  })
  // What is said at the start about `trust` is not what these tests are about.
  vi.spyOn(console, 'warn').mockReturnValue()
  const resource = createResource({
    issuer: net.resource,
    trust: { agentProviders: 'any', personServers: [listedServer] },
    now: net.clock.now,
    fetch: (input, init) => {
      fetched.push(String(input))
      return egress ? egress(input, init) : fetch(`${published.url}/${input}`, init)
    },
    onDecision: () => undefined,
    ...options,
  })
  const server = createServer({ keepAliveTimeout: 0 }, guarded(resource, requirement))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const connections = new Connections({ keepAlive: true })
  onTestFinished(async () => {
    resource.close()
    connections.destroy()
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
    await published.close()
  })
  const send = (message: SignedMessage): Promise<string> => sendOver(connections, port, message)
  return {
    net,
    resource,
    port,
    fetched,
    send,
    caller: (id, role, runtime) => makeCaller({ net, fetched, send }, id, role, runtime),
    async tell(by, path, content) {
      const headers = { 'content-type': 'application/json' }
      return send(
        await by.signServer(`${net.resource}${path}`, { headers, body: JSON.stringify(content) }, {}),
      )
    },
  }
}

async function makeCaller(
  { net, fetched, send }: Pick<Scene, 'net' | 'fetched' | 'send'>,
  id: string,
  role: IssuerRole = 'agent-provider',
  runtime = '',
): Promise<Caller> {
  const usualIssuers = [net.agentProvider, net.personServer, net.accessServer]
  const known = usualIssuers.find((one) => one.id === id && one.role === role)
  const issuer = known ?? (await net.issuer(role, id))
  const isProvider = role === 'agent-provider'
  const agent = await net.agent({ runtime: `${id} ${runtime}`, ...(isProvider && { provider: issuer }) })
  const token: Caller['token'] = (grant = {}) => {
    if (isProvider) return issuer.agentToken(agent, grant)
    return role === 'person-server' && grant.mission === undefined
      ? issuer.personToken(agent, grant)
      : issuer.authToken(agent, { scope: 'access', ...grant })
  }
  const usual = await token()
  return {
    agent,
    issuer,
    token,
    call: async (changes = {}) =>
      send(await agent.sign(`${net.resource}/notes`, changes, { token: usual, ...changes })),
    fetches: () => fetched.filter((url) => url.startsWith(`${id}/`)).length,
  }
}

function sendOver(
  connections: Connections,
  port: number,
  { method, url, target, headers, body }: SignedMessage,
): Promise<string> {
  const lines = [['host', new URL(url).host], ['content-length', `${body?.length ?? 0}`], ...headers]
  return new Promise((resolve, reject) => {
    const sent = sendRequest(
      {
        agent: connections,
        host: '127.0.0.1',
        port,
        method,
        path: target,
        headers: lines.flat() as never,
      },
      async (incoming) => {
        const chunks: Buffer[] = []
        for await (const chunk of incoming) chunks.push(chunk as Buffer)
        const { error } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { error?: string }
        resolve([incoming.statusCode, error, incoming.headers['retry-after']].filter(Boolean).join(' '))
      },
    )
    sent.on('error', reject).end(body)
  })
}

/** Identifiers of attackers: hosts of one domain, or as many domains. */
export const issuersOf = {
  'one domain': (count: number) => Array.from({ length: count }, (_, n) => `https://h${n}.evil.example`),
  'many domains': (count: number) => Array.from({ length: count }, (_, n) => `https://evil${n}.example`),
} as const
