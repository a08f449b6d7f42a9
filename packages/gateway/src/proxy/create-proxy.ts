import { createServer, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https'
import type { Duplex } from 'node:stream'
import type { AssertionSigner } from '@aauth-guard/core/assertion'
import type { Plan } from '../settings/plan.ts'
import { OpenConnections } from './open-connections.ts'
import type { ProxyEvent, ProxyState } from './proxy-state.ts'
import { serveRequest } from './serve-request.ts'
import { serveUpgrade } from './serve-upgrade.ts'
import { Shares } from './shares.ts'
import { UpstreamAgents } from './upstream-agents.ts'

/** What {@link createProxy} needs. */
export interface ProxyOptions {
  /** The plan in force. Called for every request, which ends under the plan that it began with. */
  readonly plan: () => Plan
  readonly assertions: AssertionSigner
  /** Told what the proxy itself refuses and what upstreams do wrong. Decisions of core are events of the resource. */
  readonly log?: (event: ProxyEvent) => void
  /** Key and certificate, to serve HTTPS. */
  readonly tls?: Pick<TlsOptions, 'key' | 'cert'>
}

/** What a proxy has open, for health and metrics. */
export interface ProxyConnections {
  readonly requests: number
  readonly tunnels: number
  /** Tunnels, and requests that take longer than `watchAfter`. */
  readonly watched: number
  /** Octets of content that are held to compare digests. */
  readonly heldContent: number
}

/** A reverse proxy; `server.listen` starts it. */
export interface ReverseProxy {
  readonly server: Server
  connections(): ProxyConnections
  /** To be called when another plan is in force: closes tunnels and streams that it does not admit. */
  replan(): void
  /** Takes no more connections, closes tunnels, and resolves once all requests are answered or `closeTimeout` is over. */
  close(): Promise<void>
}

/**
 * Makes the reverse proxy: it decides every request, and passes on what may pass to the upstream of its route with an
 * assertion of who calls.
 *
 * @example
 * ```ts
 * import { createProxy, type Plan, type ProxyOptions } from '@aauth-guard/gateway'
 *
 * export function serve(plan: Plan, assertions: ProxyOptions['assertions']): void {
 *   createProxy({ plan: () => plan, assertions }).server.listen(8080)
 * }
 * ```
 */
export function createProxy({ plan, assertions, log = () => undefined, tls }: ProxyOptions): ReverseProxy {
  const state: ProxyState = {
    plan,
    assertions,
    log,
    agents: new UpstreamAgents(plan().limits.upstreamConnections),
    requests: new Shares(),
    callers: new Shares(),
    upstreams: new Shares(),
    undecided: new Set(),
    tunnels: new Shares(),
    held: new Shares(),
    open: new OpenConnections(plan),
  }
  const options: ServerOptions = {
    // Where a time-out is over, the connection is closed within a second.
    connectionsCheckingInterval: 1_000,
    insecureHTTPParser: false,
  }
  const server = tls === undefined ? createServer(options) : createTlsServer({ ...options, ...tls })
  const limit = (): void => {
    const { limits } = plan()
    server.maxConnections = limits.connections + limits.tunnels
    server.headersTimeout = limits.headersTimeout
    server.requestTimeout = limits.requestTimeout
  }
  limit()
  // Each request of a connection listens to it until its answer is complete, and a client may send many at once.
  server.on('connection', (socket) => socket.setMaxListeners(0))
  // Without a listener for CONNECT, Node closes its connection.
  server.on('request', (message, response) => void serveRequest(state, message, response, false))
  server.on('checkContinue', (message, response) => void serveRequest(state, message, response, true))
  const upgrades = new Set<Duplex>()
  server.on('upgrade', (message, socket, head) => {
    upgrades.add(socket)
    socket.once('close', () => upgrades.delete(socket))
    void serveUpgrade(state, message, socket, head)
  })
  let closing: Promise<void> | undefined
  return {
    server,
    connections: () => ({
      requests: state.requests.inUse,
      tunnels: state.tunnels.inUse,
      watched: state.open.size,
      heldContent: state.held.inUse,
    }),
    replan() {
      limit()
      const { table, limits } = plan()
      const origins = table.routes.map(({ upstream }) => upstream.origin)
      state.agents.update(origins, limits.upstreamConnections)
      state.open.replan()
    },
    close() {
      closing ??= closeServer(server, upgrades, state)
      return closing
    },
  }
}

async function closeServer(server: Server, upgrades: ReadonlySet<Duplex>, state: ProxyState): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  state.open.endTunnels()
  // Connections become idle one by one; Node would keep them for the next request.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => {
    server.closeAllConnections()
    for (const socket of upgrades) socket.destroy()
  }, state.plan().limits.closeTimeout)
  await closed
  clearInterval(idle)
  clearTimeout(late)
  state.agents.close()
}
