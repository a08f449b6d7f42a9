import { Agent, request } from 'node:http'
import type { SignedMessage } from '@aauth-guard/testing'

/** Sends signed requests to a port of this machine, over some connections. */
export class Load {
  readonly #port: number
  readonly #agent: Agent

  constructor(port: number, connections: number) {
    this.#port = port
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
  }

  /** @returns the status; 0 if the connection broke */
  send({ method, url, target, headers, body }: SignedMessage): Promise<number> {
    return new Promise((resolve) => {
      const sent = request({
        agent: this.#agent,
        port: this.#port,
        host: '127.0.0.1',
        method,
        path: target,
        headers: ['host', new URL(url).host, ...headers.flat()],
      })
      sent.on('error', () => resolve(0))
      sent.on('response', (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve(0))
      })
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Runs `work` on each of some lanes, again and again until `isOver`. */
export async function inLanes(
  lanes: number,
  isOver: () => boolean,
  work: () => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (!isOver()) await work()
    }),
  )
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
