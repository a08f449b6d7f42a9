import { type Agent, type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Upstream } from '../routes/route.ts'
import { addressOf } from './upstream-agents.ts'
import { UpstreamFault } from './upstream-fault.ts'

/** What goes to an upstream. */
export interface UpstreamRequest {
  readonly upstream: Upstream
  readonly method: string
  readonly target: string
  /** Names and values in turn, with `Host` and framing. */
  readonly lines: readonly string[]
}

/** An answer, or the connection that the upstream switched to another protocol. */
export type UpstreamAnswer =
  | { readonly kind: 'answer'; readonly message: IncomingMessage }
  | {
      readonly kind: 'upgrade'
      readonly message: IncomingMessage
      readonly socket: Duplex
      readonly head: Buffer
    }

export interface Dialled {
  readonly request: ClientRequest
  /** @throws {UpstreamFault} (the promise rejects) */
  readonly answer: Promise<UpstreamAnswer>
}

/**
 * Sends the head of a request to its upstream. Answers in between, such as early hints, are dropped.
 *
 * @param agent `false` for a connection of its own
 */
export function dial(
  agent: Agent | false,
  { upstream, method, target, lines }: UpstreamRequest,
  { connectTimeout }: { readonly connectTimeout: number },
): Dialled {
  const { name, origin } = upstream
  const isTls = origin.protocol === 'https:'
  const send = isTls ? requestHttps : requestHttp
  const request = send({
    ...addressOf(origin),
    agent,
    method,
    path: target,
    // Node writes them as they are.
    headers: lines as unknown as Record<string, string>,
  })
  const answer = new Promise<UpstreamAnswer>((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(
        error instanceof UpstreamFault
          ? error
          : new UpstreamFault('upstream_unavailable', `upstream ${name}: ${String(error)}`, error),
      )
    // Waiting for a connection of the pool counts as well.
    const timer = setTimeout(
      () =>
        request.destroy(
          new UpstreamFault('upstream_timeout', `upstream ${name}: no connection in ${connectTimeout} ms`),
        ),
      connectTimeout,
    )
    const connected = (): void => clearTimeout(timer)
    request.once('socket', (socket) => {
      if (!socket.connecting) connected()
      else socket.once(isTls ? 'secureConnect' : 'connect', connected)
    })
    request.on('error', fail)
    request.on('close', () => {
      clearTimeout(timer)
      fail('the connection was closed')
    })
    request.on('response', (message) => resolve({ kind: 'answer', message }))
    // Without this listener Node closes the connection, which is right for whoever did not ask for an upgrade.
    if (agent === false)
      request.on('upgrade', (message, socket, head) => resolve({ kind: 'upgrade', message, socket, head }))
  })
  // Whoever waits for it may have given up before.
  answer.catch(() => undefined)
  return { request, answer }
}
