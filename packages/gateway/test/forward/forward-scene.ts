import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import type { DecisionEvent, Resource, ResourceOptions } from '@aauth-guard/core'
import { answerRoutes } from '@aauth-guard/core/adapter'
import type { AssertionSigner } from '@aauth-guard/core/assertion'
import { signedRequest } from '@aauth-guard/core/node'
import { freePort } from '@aauth-guard/fixtures/free-port'
import { type ProxyKind, type ProxyServer, startProxy } from '@aauth-guard/fixtures/proxy-server'
import { now } from '@aauth-guard/fixtures/world'
import {
  type Agent,
  type AgentRequest,
  createTestNetwork,
  type SignedMessage,
  type SignOptions,
  type TestNetwork,
} from '@aauth-guard/testing'
import { forwardAuthHandler, forwardListenerOptions, recipe } from '../../src/forward/index.ts'
import type { Route } from '../../src/routes/route.ts'
import type { RouteTable } from '../../src/routes/route-table.ts'
import type { Plan } from '../../src/settings/plan.ts'
import { defaultProxyLimits } from '../../src/settings/proxy-limits.ts'
import { notesResource } from '../notes-resource.ts'
import { plainRoute } from '../plain-route.ts'
import { type RecordedUpstream, recordUpstream } from './recorded-upstream.ts'

export const secret = 'forward-secret-of-the-tests-0123456789'
export const authority = 'notes.example'

/** A resource, a gateway for forward auth, an upstream, and an agent. */
export interface ForwardScene {
  readonly net: TestNetwork
  readonly agent: Agent
  readonly resource: Resource
  readonly plan: Plan
  readonly upstream: RecordedUpstream
  readonly events: DecisionEvent[]
  readonly assertions: AssertionSigner
  /** Where the gateway answers proxies. */
  readonly forward: Served
  /** Where the gateway serves the resource's own routes. */
  readonly own: Served
  /** Signs with an auth token. */
  sign(target: string, request?: AgentRequest, options?: Partial<SignOptions>): Promise<SignedMessage>
  close(): Promise<void>
}

export async function makeForwardScene(
  routesOf: (upstream: RecordedUpstream) => readonly Route[] = usualRoutes,
  options: Partial<ResourceOptions> = {},
): Promise<ForwardScene> {
  const net = await createTestNetwork({ now, seed: 'forward' })
  const agent = await net.agent()
  const events: DecisionEvent[] = []
  const resource = notesResource(net, {
    onDecision: (event) => void events.push(event),
    ...options,
  })
  const upstream = await recordUpstream()
  const plan: Plan = { resource, table: tableOf(routesOf(upstream)), limits: defaultProxyLimits }
  const server = createServer(
    forwardListenerOptions,
    forwardAuthHandler({ plan: () => plan, assertions: spokenAssertions, secret }),
  )
  // Some versions of Node answer by themselves what has too many lines, and others drop lines.
  server.maxHeadersCount = 0
  const forward = await serve(server)
  const own = await serve(createServer(ownRoutes(resource)))
  // Otherwise the resource warns that nobody serves its keys.
  await fetch(`http://127.0.0.1:${own.port}/aauth/jwks.json`)
  return {
    net,
    agent,
    resource,
    plan,
    upstream,
    events,
    assertions: spokenAssertions,
    forward,
    own,
    async sign(target, request = {}, how = {}) {
      const token = how.token ?? (await agent.authToken({ scope: 'notes.read notes.write' }))
      return agent.sign(`https://${authority}${target}`, request, { ...how, token })
    },
    async close() {
      await Promise.all([forward.close(), own.close(), upstream.close(), net.close()])
    },
  }
}

/** Claims in place of a signature. */
const spokenAssertions: AssertionSigner = {
  keys: '{}',
  async sign({ caller, ...claims }) {
    const sub = caller === undefined || caller.type === 'other' ? 'nobody' : caller.sub
    return Buffer.from(JSON.stringify({ ...claims, caller: sub })).toString('base64url')
  },
}

export const everyone = ['agent-token', 'person-token', 'auth-token'] as const

export function routeTo(
  upstream: Pick<RecordedUpstream, 'port'>,
  path: string,
  changes: Partial<Route> = {},
): Route {
  return {
    ...plainRoute,
    name: path,
    path,
    requirement: { accept: everyone } as never,
    upstream: { name: 'notes', origin: { protocol: 'http:', hostname: '127.0.0.1', port: upstream.port } },
    encodedSlash: true,
    ...changes,
  }
}

/** A table without rules about ambiguous targets, so that what the proxies do to targets is seen. */
export function tableOf(routes: readonly Route[]): RouteTable {
  return {
    routes,
    find(method, target) {
      if (method === 'TRACE') return { outcome: 'method', allowed: [] }
      const path = target.split('?', 1)[0] as string
      const found = routes.filter(
        (route) => route.path === '*' || path === route.path || matchesBelow(route.path, path),
      )
      if (found.length === 0) return { outcome: 'none' }
      const route = found.find(({ methods }) => methods?.includes(method) ?? true)
      if (route === undefined) return { outcome: 'method', allowed: found[0]?.methods ?? [] }
      return { outcome: 'route', route, target: target.slice(route.cutPrefix.length) }
    },
  }
}

function matchesBelow(rule: string, path: string): boolean {
  return rule.endsWith('/*') && path.startsWith(rule.slice(0, -1))
}

function usualRoutes(upstream: RecordedUpstream): readonly Route[] {
  const broken = () => {
    throw new Error('the database is away')
  }
  return [
    routeTo(upstream, '/write', { requirement: { scope: 'notes.write' } }),
    routeTo(upstream, '/denied', { requirement: { accept: everyone, check: () => false } as never }),
    routeTo(upstream, '/broken', { requirement: { accept: everyone, check: broken } as never }),
    routeTo(upstream, '/once', { requirement: { accept: everyone, singleUse: true } as never }),
    routeTo(upstream, '/get-only', { methods: ['GET'] }),
    routeTo(upstream, '/open', { requirement: { accept: everyone, optional: true } as never }),
    routeTo(upstream, '/open/*', { requirement: { accept: everyone, optional: true } as never }),
    routeTo(upstream, '/keys', {
      requirement: { accept: everyone, optional: true } as never,
      pass: ['authorization', 'cookie'],
    }),
    routeTo(upstream, '/digest', { digest: 'upstream' }),
    routeTo(upstream, '/cut/*', { cutPrefix: '/cut' }),
    routeTo(upstream, '/any/*'),
    routeTo(upstream, '/any'),
  ]
}

function ownRoutes(resource: Resource): RequestListener {
  return (message, response) => {
    void (async () => {
      const read = async () => {
        const chunks: Buffer[] = []
        for await (const chunk of message) chunks.push(chunk as Buffer)
        return Buffer.concat(chunks)
      }
      const answer = await answerRoutes(resource, signedRequest(message), read)
      response.writeHead(answer?.status ?? 404, { ...answer?.headers })
      response.end(answer?.body)
    })()
  }
}

/** A server that can be ended as a crash would end it, and started again at its port. */
export interface Served {
  readonly port: number
  close(): Promise<void>
}

export async function serve(server: Server, port = 0): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Starts a proxy with what `recipe` prints for a scene. */
export async function startGuarding(
  kind: ProxyKind,
  { plan, forward, own }: ForwardScene,
  tls: { readonly key: string; readonly cert: string } | null = null,
): Promise<ProxyServer & { readonly port: number }> {
  const port = await freePort()
  const settings = {
    resource: { issuer: `https://${authority}` },
    listen: { host: '127.0.0.1', port: own.port },
    forwardAuth: { listen: { host: '127.0.0.1', port: forward.port } },
    routes: plan.table.routes.filter(({ cutPrefix }) => cutPrefix === ''),
    limits: { maxContent: 1_048_576 },
  }
  const proxy = await startProxy(kind, {
    port,
    env: { AAUTH_GUARD_SECRET: secret },
    configuration(folder) {
      const secretFile = join(folder, 'secret.conf')
      writeFileSync(secretFile, `map "" $aauth_guard_secret { default "${secret}"; }\n`)
      const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
      if (tls !== null) {
        writeFileSync(certificate, tls.cert)
        writeFileSync(key, tls.key)
      }
      return recipe(kind, settings, {
        listen: { address: '127.0.0.1', port },
        tls: tls === null ? null : { certificate, key },
        secretFile,
      })
    },
  })
  return { ...proxy, port }
}

/** An answer as an agent gets it. */
export interface AgentAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** How many answers `100 Continue` came before. */
  readonly interim: number
}

/** What an agent sends beside what it signed. */
export interface Sending {
  readonly method?: string
  readonly target?: string
  readonly version?: string
  readonly host?: string | null
  readonly lines?: readonly string[]
}

/** Sends a message as octets, and reads what comes back until the connection ends. */
export function send(port: number, message: SignedMessage, sending: Sending = {}): Promise<AgentAnswer> {
  const { host = authority, lines = [] } = sending
  const { method = message.method, target = message.target, version = '1.1' } = sending
  const body = Buffer.from(message.body ?? []).toString('latin1')
  const all = [
    `${method} ${target} HTTP/${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...message.headers.map(([name, value]) => `${name}: ${value}`),
    ...lines,
    ...(message.body === undefined ? [] : [`Content-Length: ${body.length}`]),
    ...(lines.some((line) => /^connection:/i.test(line)) ? [] : ['Connection: close']),
  ]
  return sendOctets(port, `${all.join('\r\n')}\r\n\r\n${body}`, method)
}

export function sendOctets(port: number, octets: string, method = 'GET'): Promise<AgentAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(octets, 'latin1'))
    let received = ''
    const read = () => readAnswer(received, method)
    socket.setEncoding('latin1').on('error', reject)
    socket.on('data', (text: string) => {
      received += text
      const answer = read()
      if (answer?.isWhole === true) {
        socket.destroy()
        resolve(answer)
      }
    })
    socket.on('close', () => {
      const answer = read()
      if (answer === undefined) reject(new Error(`no answer: ${JSON.stringify(received)}`))
      else resolve(answer)
    })
  })
}

function readAnswer(received: string, method: string): (AgentAnswer & { isWhole: boolean }) | undefined {
  const text = received.replace(/^(?:HTTP\/1\.1 100 [^\r]*\r\n\r\n)+/, '')
  const interim = received.slice(0, received.length - text.length).split('\r\n\r\n').length - 1
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...fields] = text.slice(0, end).split('\r\n')
  const headers = new Map<string, string>()
  for (const field of fields) {
    const colon = field.indexOf(':')
    const name = field.slice(0, colon).toLowerCase()
    const before = headers.get(name)
    const value = field.slice(colon + 1).trim()
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  const status = Number(first.split(' ')[1])
  let body = text.slice(end + 4)
  const length = headers.get('content-length')
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  let isWhole = isEmpty || (length !== undefined && body.length >= Number(length))
  if (headers.get('transfer-encoding') === 'chunked' && !isEmpty) {
    isWhole = body.endsWith('0\r\n\r\n')
    body = body.replace(/([0-9a-f]+)\r\n([\s\S]*?)\r\n/g, '$2').trimEnd()
  }
  return { status, headers, body, interim, isWhole }
}
