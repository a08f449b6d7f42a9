import type { AddressInfo } from 'node:net'
import type { Resource, ResourceOptions } from '@aauth-guard/core'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type SignOptions,
  type TestNetwork,
} from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { createProxy, type ProxyEvent, type ReverseProxy } from '../src/proxy/index.ts'
import { compileRoutes } from '../src/routes/compile-routes.ts'
import type { Route } from '../src/routes/route.ts'
import { defaultProxyLimits, type ProxyLimits } from '../src/settings/proxy-limits.ts'
import { signer } from './assertions.ts'
import { notesResource } from './notes-resource.ts'
import { plainRoute } from './plain-route.ts'
import { RawUpstream } from './raw-upstream.ts'

/** A request of the agent, signed, with what happens to it on the wire. */
export interface Sent extends AgentRequest, Omit<SignOptions, 'token'> {
  readonly target?: string
  /** Default an auth token without scopes; `null`: no credential. */
  readonly token?: string | null
  /** Further lines. */
  readonly lines?: readonly string[]
  /** Lines that frame the content; default its length, if there is any. */
  readonly framing?: readonly string[]
  /** What goes over the wire as content. */
  readonly content?: string
  readonly version?: '1.0' | '1.1'
}

/** A proxy before an upstream that records what it gets, with one agent that calls. */
export interface Scene {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly resource: Resource
  readonly proxy: ReverseProxy
  readonly port: number
  readonly upstream: RawUpstream
  readonly log: ProxyEvent[]
  /** The request as octets, in latin1. */
  sign(sent?: Sent): Promise<string>
  /** Puts another plan in force. */
  replan(routes: readonly Partial<Route>[], options?: Partial<ResourceOptions>): void
}

const anyone = { accept: ['agent-token', 'person-token', 'auth-token'] } as const

export async function makeScene(
  routes: readonly Partial<Route>[] = [{}],
  limits: Partial<ProxyLimits> = {},
  options: Partial<ResourceOptions> = {},
): Promise<Scene> {
  const net = await createTestNetwork({ now, seed: 'gateway' })
  const agent = await net.agent()
  const makeResource = (given: Partial<ResourceOptions>): Resource => notesResource(net, given)
  const resource = makeResource(options)
  const upstream = await RawUpstream.start()
  const planOf = (of: Resource, given: readonly Partial<Route>[]) => ({
    resource: of,
    table: compileRoutes(given.map((one) => ({ ...routeTo(upstream), ...one }))),
    limits: { ...defaultProxyLimits, ...limits },
  })
  let plan = planOf(resource, routes)
  const log: ProxyEvent[] = []
  const proxy = createProxy({
    plan: () => plan,
    assertions: signer,
    log: (event) => void log.push(event),
  })
  await new Promise<void>((listening) => proxy.server.listen(0, '127.0.0.1', listening))
  onTestFinished(async () => {
    await upstream.close()
    proxy.server.closeAllConnections()
    await proxy.close()
    resource.close()
    await net.close()
  })
  return {
    net,
    agent,
    resource,
    proxy,
    port: (proxy.server.address() as AddressInfo).port,
    upstream,
    log,
    async sign({ target = '/notes', token, lines = [], framing, content, version = '1.1', ...sent } = {}) {
      const signed = token === undefined ? await agent.authToken() : token
      const message = await agent.sign(`${net.resource}${target}`, sent, { ...sent, token: signed ?? '' })
      const isSigned = ([name]: readonly [string, string]): boolean =>
        signed !== null || !name.startsWith('signature')
      const body = content ?? Buffer.from(message.body ?? []).toString('latin1')
      const head = [
        `${message.method} ${message.target} HTTP/${version}`,
        'Host: notes.example',
        ...message.headers.filter(isSigned).map(([name, value]) => `${name}: ${value}`),
        ...(framing ?? (body === '' ? [] : [`Content-Length: ${body.length}`])),
        ...lines,
      ]
      return `${head.join('\r\n')}\r\n\r\n${body}`
    },
    replan(changed, given) {
      plan = planOf(given === undefined ? resource : makeResource({ ...options, ...given }), changed)
      proxy.replan()
    },
  }
}

function routeTo(upstream: RawUpstream): Route {
  return {
    ...plainRoute,
    name: 'notes',
    path: '*',
    requirement: anyone,
    upstream: {
      name: 'notes-app',
      origin: { protocol: 'http:', hostname: '127.0.0.1', port: upstream.port },
    },
  }
}
