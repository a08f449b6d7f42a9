import { Agent, type AgentOptions, type ClientRequest } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import type { UpstreamOrigin } from '../routes/route.ts'

/** Milliseconds that an unused connection is kept, less than servers commonly keep it (Node 5 s). */
const idleConnection = 4_000

/**
 * The connections to upstreams, a pool for each origin. A connection that sends something while no request is on it is
 * closed: the next caller would get it as the answer.
 */
export class UpstreamAgents {
  readonly #agents = new Map<string, Agent>()
  #maxSockets: number

  constructor(maxSockets: number) {
    this.#maxSockets = maxSockets
  }

  of(origin: UpstreamOrigin): Agent {
    const key = originKey(origin)
    const known = this.#agents.get(key)
    if (known !== undefined) return known
    const options: AgentOptions = {
      keepAlive: true,
      maxSockets: this.#maxSockets,
      maxFreeSockets: this.#maxSockets,
      scheduling: 'lifo',
      timeout: idleConnection,
    }
    const agent = origin.protocol === 'https:' ? new QuietTlsAgent(options) : new QuietAgent(options)
    this.#agents.set(key, agent)
    return agent
  }

  /** @param origins those still in use; the pools of others are closed once their requests are done */
  update(origins: readonly UpstreamOrigin[], maxSockets: number): void {
    this.#maxSockets = maxSockets
    const used = new Set(origins.map(originKey))
    for (const [key, agent] of this.#agents) {
      agent.maxSockets = maxSockets
      agent.maxFreeSockets = used.has(key) ? maxSockets : 0
      if (used.has(key)) continue
      this.#agents.delete(key)
      for (const free of Object.values(agent.freeSockets)) for (const socket of free ?? []) socket.destroy()
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy()
    this.#agents.clear()
  }
}

/** Where an upstream is dialled, as `http.request` takes it. */
export function addressOf(
  origin: UpstreamOrigin,
): { readonly socketPath: string } | { readonly hostname: string; readonly port: number } {
  return 'socketPath' in origin
    ? { socketPath: origin.socketPath }
    : { hostname: origin.hostname, port: origin.port }
}

export function originKey(origin: UpstreamOrigin): string {
  return JSON.stringify([origin.protocol, addressOf(origin)])
}

const speaks = new WeakMap<Duplex, () => void>()

/** Closes a connection of the pool that sends something. */
function watch(socket: Duplex): void {
  const close = (): void => void socket.destroy()
  speaks.set(socket, close)
  socket.on('data', close)
}

function unwatch(socket: Duplex): void {
  const close = speaks.get(socket)
  if (close !== undefined) socket.off('data', close)
  speaks.delete(socket)
}

class QuietAgent extends Agent {
  override keepSocketAlive(socket: Duplex): boolean {
    return keep(socket, super.keepSocketAlive(socket) as unknown)
  }
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    unwatch(socket)
    super.reuseSocket(socket, request)
  }
}

class QuietTlsAgent extends TlsAgent {
  override keepSocketAlive(socket: Duplex): boolean {
    return keep(socket, super.keepSocketAlive(socket) as unknown)
  }
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    unwatch(socket)
    super.reuseSocket(socket, request)
  }
}

function keep(socket: Duplex, isKept: unknown): boolean {
  if (isKept === true) watch(socket)
  return isKept === true
}
